# SPDX-License-Identifier: GPL-3.0-or-later
"""Common words of other languages: the small ones, and what people would say of a face in them.

Enough to tell which language a sentence is in, no dictionary.  Written by hand; `=` gives the
English emotion word that is suggested where such a word stands in an English sentence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Language:
    """What a language in Latin letters is known by."""

    name: str
    words: frozenset[str]  # in lower case
    stems: tuple[str, ...]  # how its words begin, where endings are many
    letters: frozenset[str]  # that no other language of this file has, nor English


_TABLE: tuple[tuple[str, str, str, str, str], ...] = (
    ("German",
     "der die das den dem des ein eine einen einem einer und oder aber von vom zu zum zur nach "
     "mit ohne dann danach für auf aus bei im ist sind wird werden soll sie er es ihr sein sehr "
     "etwas langsam schnell plötzlich wieder zurück zwei drei eins fünf sekunde sekunden gesicht "
     "mund augen bitte mach lass zeige nicht kein wie über innerhalb halbe guten tag hallo "
     "lächeln lächelt lächle weint grinst schaut sieht aussehen ausdruck verwandle ändere",
     "freude=joy fröhlich=happy glücklich=happy glück=happiness wut=anger wütend=angry "
     "zorn=anger zornig=angry trauer=grief traurig=sad angst=anxiety ängstlich=afraid "
     "überraschung=surprise überrascht=surprised ekel=disgust angeekelt=disgusted "
     "verachtung=contempt verächtlich=scornful böse=angry stolz=proud scham=shame "
     "neugierig=curious müde=tired furcht=fear liebe=love verliebt=loving erschrocken=startled "
     "enttäuscht=disappointed gelangweilt=bored",
     "", "ß"),
    ("French",
     "le la les un une des du de et ou mais à au aux en dans sur sous avec sans pour par puis "
     "ensuite depuis vers est sont elle il elles ils se sa son ses ce cette visage bouche yeux "
     "sourcils deux trois cinq seconde secondes lentement rapidement soudain doucement très peu "
     "plus moins pas ne devient sourit sourire pleure rire regarde fais faire passe passer "
     "change rends rendre bonjour merci l'air d'un d'une qui que",
     "joie=joy joyeux=happy joyeuse=happy heureux=happy heureuse=happy content=content "
     "colère=anger fâché=angry fâchée=angry furieux=furious furieuse=furious peur=fear "
     "effrayé=scared effrayée=scared tristesse=sadness triste=sad dégoût=disgust "
     "dégoûté=disgusted dégoûtée=disgusted mépris=contempt surpris=surprised bonheur=happiness "
     "étonné=astonished étonnée=astonished fierté=pride fier=proud honte=shame amour=love "
     "ennuyé=bored inquiet=worried inquiète=worried déçu=disappointed",
     "", "œ"),
    ("Spanish",
     "el la los las un una unos de del y o pero a al en con sin por para desde hasta hacia luego "
     "después entonces es está son ella él se su sus cara rostro boca ojos cejas dos tres cinco "
     "segundo segundos lentamente rápido rápidamente despacio muy poco más menos no haz hacer "
     "cambia cambiar pasa sonríe sonrisa llora que como hola gracias durante medio",
     "alegría=joy alegre=happy feliz=happy felicidad=happiness ira=anger enojo=anger "
     "enojado=angry enojada=angry enfadado=angry enfadada=angry furioso=furious furiosa=furious "
     "miedo=fear asustado=scared asustada=scared tristeza=sadness triste=sad asco=disgust "
     "asqueado=disgusted desprecio=contempt sorpresa=surprise sorprendido=surprised "
     "sorprendida=surprised rabia=rage orgullo=pride orgulloso=proud vergüenza=shame amor=love "
     "aburrido=bored preocupado=worried celos=jealousy",
     "", "ñ¿¡"),
    ("Italian",
     "il lo la i gli le un uno una di del della dello dei e o ma a al alla da dal dalla in nel "
     "con senza per su poi dopo quindi verso è sono lei lui si suo sua viso faccia volto bocca "
     "occhi due tre cinque secondo secondi lentamente velocemente molto poco più meno non fai "
     "fare cambia passa sorride sorriso piange che come ciao grazie improvvisamente trasforma "
     "questo",
     "gioia=joy felice=happy felicità=happiness rabbia=anger arrabbiato=angry arrabbiata=angry "
     "ira=anger furioso=furious paura=fear spaventato=scared spaventata=scared tristezza=sadness "
     "triste=sad disgusto=disgust disgustato=disgusted disprezzo=contempt sorpresa=surprise "
     "sorpreso=surprised allegro=cheerful allegra=cheerful orgoglio=pride vergogna=shame "
     "amore=love annoiato=bored preoccupato=worried contento=happy",
     "", ""),
    ("Portuguese",
     "o a os as um uma de do da dos das e ou mas em no na nos nas com sem por para desde até "
     "depois então é está são ela ele se seu sua rosto cara boca olhos dois duas três cinco "
     "segundo segundos lentamente devagar rápido rapidamente muito pouco mais menos não faça "
     "fazer mude mudar passa sorri sorriso chora que como olá obrigado durante meio",
     "alegria=joy alegre=happy feliz=happy felicidade=happiness raiva=anger zangado=angry "
     "zangada=angry furioso=furious medo=fear assustado=scared assustada=scared tristeza=sadness "
     "triste=sad nojo=disgust enojado=disgusted desprezo=contempt surpresa=surprise "
     "surpreso=surprised surpreendido=surprised orgulho=pride vergonha=shame amor=love "
     "entediado=bored preocupado=worried",
     "", "ãõ"),
    ("Dutch",
     "de het een van naar en of maar in op met zonder voor door dan daarna vervolgens tot is "
     "zijn zij hij haar wordt gezicht mond ogen twee drie vijf seconde seconden langzaam snel "
     "plotseling heel erg beetje meer minder niet geen maak doe laat verander lacht glimlacht "
     "huilt kijkt hallo dank",
     "blij=happy blijdschap=joy vreugde=joy geluk=happiness gelukkig=happy boos=angry "
     "boosheid=anger woede=rage woedend=furious bang=afraid angst=anxiety verdriet=sadness "
     "verdrietig=sad droevig=sad verrast=surprised verrassing=surprise walging=disgust "
     "minachting=contempt trots=proud schaamte=shame liefde=love verveeld=bored bezorgd=worried "
     "vrolijk=cheerful",
     "", ""),
    ("Polish",
     "z ze do na w we i oraz ale potem następnie przez od po jest są ona on jej jego twarz usta "
     "oczy dwie dwa trzy pięć sekunda sekundy sekund powoli szybko nagle bardzo trochę więcej "
     "mniej nie zrób zmień niech cześć dzień dobry uśmiecha płacze",
     "radość=joy radości=joy szczęśliwy=happy szczęśliwa=happy szczęście=happiness gniew=anger "
     "gniewu=anger złość=anger złości=anger zły=angry zła=angry strach=fear strachu=fear "
     "smutek=sadness smutku=sadness smutny=sad smutna=sad wstręt=disgust zdziwienie=surprise "
     "pogarda=contempt zaskoczenie=surprise zaskoczona=surprised duma=pride wstyd=shame "
     "miłość=love",
     "uśmiech szczęśl zaskocz przestrasz zdziwi", "łąęźżśćń"),
    ("Czech",
     "z ze do na v ve a i ale potom pak přes od po je jsou ona on její jeho tvář obličej ústa "
     "oči dvě dva tři pět sekunda sekundy sekund pomalu rychle náhle velmi trochu více méně ne "
     "udělej změň ahoj usmívá pláče",
     "radost=joy radosti=joy šťastný=happy šťastná=happy štěstí=happiness hněv=anger hněvu=anger "
     "vztek=rage strach=fear smutek=sadness smutku=sadness smutný=sad smutná=sad odpor=disgust "
     "překvapení=surprise pohrdání=contempt hrdost=pride stud=shame láska=love",
     "překvap úsměv usmě", "řěů"),
    ("Swedish",
     "och eller men från till med utan för på av i en ett den det de sedan därefter är hon han "
     "hennes hans ansikte ansiktet mun ögon två tre fem sekund sekunder långsamt snabbt "
     "plötsligt mycket lite mer mindre inte gör låt ändra ler gråter skrattar tittar hej tack",
     "glädje=joy glad=glad lycka=happiness lycklig=happy ilska=anger arg=angry vrede=rage "
     "rädsla=fear rädd=afraid sorg=grief ledsen=sad förvåning=surprise förvånad=surprised "
     "avsky=disgust äckel=disgust äcklad=disgusted förakt=contempt stolt=proud stolthet=pride "
     "skam=shame kärlek=love uttråkad=bored orolig=worried",
     "", ""),
    ("Norwegian or Danish",
     "og eller men fra til med uden uten for på av af i en et den det de så deretter derefter er "
     "hun han hendes hennes hans ansigt ansiktet ansikt mund munn øjne øyne to tre fem sekund "
     "sekunder langsomt sakte hurtigt raskt plutselig pludselig meget veldig lidt litt mere mer "
     "ikke gør gjør lad la smiler gråter græder hej hei tak takk",
     "glede=joy glæde=joy glad=glad lykke=happiness lykkelig=happy sinne=anger sint=angry "
     "vred=angry vrede=rage frykt=fear frygt=fear redd=afraid bange=afraid sorg=grief trist=sad "
     "tristhet=sadness overrasket=surprised overraskelse=surprise avsky=disgust afsky=disgust "
     "forakt=contempt foragt=contempt stolt=proud stolthet=pride skam=shame kærlighed=love "
     "kjærlighet=love",
     "", "ø"),
    ("Finnish",
     "ja tai mutta sitten kunnes kanssa ilman on ovat hän hänen se kasvot kasvojen suu silmät "
     "kaksi kolme viisi sekuntia sekunnissa sekunnin hitaasti nopeasti äkkiä hyvin vähän enemmän "
     "vähemmän ei tee muuta anna moi kiitos",
     "ilo=joy iloinen=happy onnellinen=happy onni=happiness viha=anger vihainen=angry pelko=fear "
     "suru=grief surullinen=sad yllättynyt=surprised inho=disgust halveksunta=contempt "
     "ylpeä=proud häpeä=shame rakkaus=love",
     "iloi ilost vihai vihaan vihast pelok pelko pelost surul suruu surust yllätty hymyil itke "
     "kasvoi kasvot onnelli sekunni sekunti", ""),
    ("Turkish",
     "ve veya ama sonra ile için bir iki üç beş saniye saniyede saniyelik yüz yüzü ağız gözler "
     "yavaş yavaşça hızla hızlı aniden çok biraz daha az değil yap olsun kadar doğru önce "
     "merhaba teşekkür",
     "mutlu=happy mutluluk=happiness neşe=joy sevinç=joy öfke=anger öfkeli=angry kızgın=angry "
     "kızgınlık=anger korku=fear korkmuş=scared üzgün=sad üzüntü=sadness hüzün=sadness "
     "şaşkın=surprised şaşkınlık=surprise iğrenme=disgust tiksinti=disgust küçümseme=contempt "
     "gurur=pride utanç=shame aşk=love sevgi=love",
     "mutlulu öfke kızgın korku üzgün üzüntü şaşır şaşkın gülüms ağla saniye yavaş", "ğışİ"),
    ("Vietnamese",
     "từ sang đến rồi và hoặc nhưng trong với không có là một hai ba năm giây khuôn mặt miệng "
     "mắt cô ấy anh nhanh chậm từ từ đột ngột rất hơi hãy làm cho trở thành sau đó",
     "vui=happy buồn=sad giận=angry tức=angry sợ=afraid hãi=afraid ngạc=surprised "
     "nhiên=surprised ghê=disgusted khinh=contempt cười=smile khóc=crying yêu=love",
     "", "đơưăạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹĩũ"),
    ("Indonesian",
     "dari ke dan atau tetapi dengan tanpa untuk lalu kemudian selama dalam di yang ini itu dia "
     "wajah mulut mata dua tiga lima detik perlahan cepat tiba sangat sedikit lebih kurang tidak "
     "buat ubah jadi menjadi sampai terima kasih",
     "senang=happy bahagia=happy kebahagiaan=happiness gembira=joyful marah=angry "
     "kemarahan=anger takut=afraid ketakutan=fear sedih=sad kesedihan=sadness terkejut=surprised "
     "kaget=startled jijik=disgusted benci=hate bangga=proud malu=ashamed cinta=love bosan=bored",
     "tersenyum senyum menangis ketakut kesedih kemarah", ""),
    ("Romanian",
     "și sau dar de la în din cu fără pentru apoi după este sunt ea el fața față gura ochii doi "
     "două trei cinci secunde secundă încet repede brusc foarte puțin mai nu fă schimbă salut "
     "mulțumesc zâmbește plânge",
     "bucurie=joy fericit=happy fericită=happy fericire=happiness furie=fury furios=furious "
     "mânie=anger supărat=angry frică=fear speriat=scared tristețe=sadness trist=sad tristă=sad "
     "dezgust=disgust dispreț=contempt surpriză=surprise surprins=surprised mândrie=pride "
     "rușine=shame dragoste=love",
     "bucuri fericir zâmb", "țșă"),
    ("Hungarian",
     "és vagy de majd aztán egy két három öt másodperc másodpercig alatt arc arca száj szem "
     "lassan gyorsan hirtelen nagyon kicsit nem szia köszönöm",
     "öröm=joy boldog=happy boldogság=happiness düh=anger dühös=angry félelem=fear szomorú=sad "
     "szomorúság=sadness meglepett=surprised undor=disgust megvetés=contempt büszke=proud "
     "szégyen=shame szerelem=love",
     "örömb dühb boldog szomor meglep mosoly másodperc", "őű"),
)

LANGUAGES: tuple[Language, ...] = tuple(
    Language(
        name,
        frozenset(small.split()) | {pair.split("=")[0] for pair in emotions.split()},
        tuple(stems.split()), frozenset(letters),
    )
    for name, small, emotions, stems, letters in _TABLE
)

TRANSLATED: dict[str, str] = {
    foreign: english for _, _, emotions, _, _ in reversed(_TABLE)
    for foreign, english in (pair.split("=") for pair in emotions.split())
}
"""An emotion word of another language -> an English one; languages named first win."""

LOANS = tuple(tuple(phrase.split()) for phrase in (
    "à la", "a la", "déjà vu", "deja vu", "joie de vivre", "je ne sais quoi", "c'est la vie",
    "la dolce vita", "femme fatale", "vis à vis", "tête à tête", "de rigueur", "raison d'être",
    "crème de la crème", "coup de grâce", "au naturel", "en garde", "de facto", "mea culpa",
    "mano a mano", "que sera sera", "weltschmerz", "schadenfreude", "angst", "ennui", "blasé",
    "mona lisa", "la la land", "prima donna", "film noir", "enfant terrible", "à propos",
    "los angeles", "da vinci", "de niro", "leonardo da vinci", "van gogh", "del toro",
))
"""What English sentences have borrowed, and names: no sign of another language."""
