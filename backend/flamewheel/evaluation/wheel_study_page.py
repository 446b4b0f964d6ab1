# SPDX-License-Identifier: GPL-3.0-or-later
"""The page on which raters answer: no network, no libraries; it can be printed as well."""

from __future__ import annotations

import html
from collections.abc import Sequence

from .wheel_score import HIGHEST, LOWEST

_STYLE = """
body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1c1e22;background:#fff}
section{display:flex;gap:1.5rem;border-top:1px solid #ddd;padding:1.2rem 0;break-inside:avoid}
img{width:20rem;height:20rem;border-radius:.6rem;flex:none}
fieldset{border:0;margin:0 0 .7rem;padding:0}legend{font-weight:600}
label{display:inline-block;margin:.15rem .9rem .15rem 0;white-space:nowrap}
input[type=text]{font:inherit;padding:.3rem .5rem}
button{font:inherit;padding:.6rem 1.2rem;margin:1rem 0 3rem}
#left{margin-left:1rem;color:#696d73}
@media(max-width:44rem){section{flex-direction:column}}
@media print{button,#left{display:none}body{margin:0;font-size:12px}img{width:11rem;height:11rem}}
"""

_SCRIPT = """
const form=document.forms[0],store='study-'+document.body.dataset.study;
const named=n=>{const e=form.elements[n];return e?(e.value||''):''};
const pictures=[...document.querySelectorAll('section')].map(s=>s.dataset.picture);
const fields=['emotion','second','naturalness'];
function keep(){const all={rater:named('rater')};
 for(const p of pictures)for(const f of fields)all[f+p]=named(f+p);
 try{localStorage.setItem(store,JSON.stringify(all))}catch(e){}
 const open=pictures.filter(p=>!named('emotion'+p)||!named('naturalness'+p)).length;
 document.getElementById('left').textContent=open?open+' pictures are still open':'all answered'}
try{const old=JSON.parse(localStorage.getItem(store)||'{}');
 for(const k in old)if(form.elements[k]&&old[k])form.elements[k].value=old[k]}catch(e){}
form.addEventListener('change',keep);keep();
const cell=t=>'"'+String(t).replaceAll('"','""')+'"';
document.getElementById('save').onclick=()=>{
 const rater=named('rater').trim();
 if(!rater){alert('Please write a name or number at the top first.');return}
 const rows=[['rater','picture','emotion','second','naturalness'],
  ...pictures.map(p=>[rater,p,...fields.map(f=>named(f+p))])];
 const link=document.createElement('a');
 const text=rows.map(r=>r.map(cell).join(',')+'\\r\\n').join('');
 link.href=URL.createObjectURL(new Blob([text],{type:'text/csv'}));
 link.download='answers_'+rater.replace(/[^A-Za-z0-9_-]/g,'_')+'.csv';link.click()};
"""


def study_page(pictures: Sequence[str], choices: Sequence[str], study: str, side: int) -> str:
    """The page as HTML.

    pictures: their numbers, in the order shown, each lying in `pictures/<number>.png`; choices:
    the words to choose from; study: a mark under which a browser keeps what was answered so far.
    """
    sections = "\n".join(_section(picture, choices, side) for picture in pictures)
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Faces</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head>
<body data-study="{html.escape(study)}"><form onsubmit="return false">
<h1>Which emotion does each face show?</h1>
<p>Look at each face as long as you like and choose the word that fits best. If you see two
emotions, choose the stronger one first and the other one below. Then say how natural the face
looks: {LOWEST} is least, {HIGHEST} is most natural. There are no trick questions; your first
impression is what counts.</p>
<p><label>Your name or number: <input type="text" name="rater" maxlength="60"></label></p>
{sections}
<button type="button" id="save">Save my answers as a file</button><span id="left"></span>
</form><script>{_SCRIPT}</script></body></html>
"""


def _section(picture: str, choices: Sequence[str], side: int) -> str:
    words = "".join(_radio(f"emotion{picture}", word, word) for word in choices)
    options = "".join(f"<option>{html.escape(word)}</option>" for word in ("", *choices[:-1]))
    numbers = "".join(_radio(f"naturalness{picture}", str(n), str(n))
                      for n in range(LOWEST, HIGHEST + 1))
    return f"""<section data-picture="{picture}">
<img src="pictures/{picture}.png" alt="face {picture}" width="{side}" height="{side}">
<div><fieldset><legend>{picture}. Which emotion?</legend>{words}</fieldset>
<p><label>And, if you see two: <select name="second{picture}">{options}</select></label></p>
<fieldset><legend>How natural?</legend>{numbers}</fieldset></div></section>"""


def _radio(name: str, value: str, text: str) -> str:
    return (f'<label><input type="radio" name="{name}" value="{html.escape(value)}"> '
            f"{html.escape(text)}</label>")
