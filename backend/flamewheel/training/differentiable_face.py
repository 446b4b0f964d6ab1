# SPDX-License-Identifier: GPL-3.0-or-later
"""A head's code to the picture of its face and to its landmarks, with gradients.

The head is painted as `sample_pictures` paints it, every part in one grey relative to skin; skin
colour is left to the light, which has three colours of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ..encoders import sample_pictures as parts
from ..encoders.image_network import Code
from ..encoders.sample_pictures import painter_of
from ..head.data import HeadData
from ..head.model import HeadModel
from ..head.skinning import Rodrigues
from ..render.learned_view import FacePictures, Surface, render_face
from ..render.lighting import BANDS, sh_basis
from ..render.torch_raster import BatchFragments, interpolate

PART_GREYS = {  # relative to skin; design choices, looked at on renders beside photos
    parts.SKIN: 1.0, parts.LIPS: 0.75, parts.HAIR: 0.3, parts.SCALP: 0.4, parts.BROWS: 0.4,
    parts.LASHES: 0.2, parts.WHITE: 1.05, parts.IRIS: 0.4, parts.PUPIL: 0.15, parts.TEETH: 1.15,
    parts.GUMS: 0.6, parts.INSIDE: 0.2, parts.TONGUE: 0.55,
}
BROW_COVER = 0.5  # how far the skin under a brow takes its grey
LIGHT_RIDGE = 0.003  # per pixel, towards even light: few pixels must not make a spotlight
FINENESS = 2  # looks at a pixel, each way
SKIN_PARTS = (parts.SKIN, parts.LIPS)


@dataclass(frozen=True, eq=False)
class CropCamera:
    """Scaled orthography into square crops: `seen_faces.SeenFaces.to_crop`."""

    matrix: Tensor  # (B,2,4) pixel = M (X, Y, Z, 1)
    size: int  # px

    def pixels(self, points: Tensor) -> Tensor:
        """(B,n,2) pixels of (B,n,3) m."""
        return torch.einsum("bij,bnj->bni", self.matrix[:, :, :3], points) + self.matrix[
            :, None, :, 3]

    def project(self, vertices: Tensor) -> Tensor:
        """(B,V,3) screen space of (B,V,3) m."""
        scale = self.matrix[:, 0, :3].norm(dim=1)[:, None]
        flat = 2.0 * self.pixels(vertices) / self.size - 1.0
        return torch.cat([flat, (-2.0 / self.size * scale * vertices[..., 2])[..., None]], dim=2)

    def on_surface(self, fragments: BatchFragments, triangles: Tensor, ndc: Tensor
                   ) -> BatchFragments:
        """Unchanged: under parallel projection both are the same."""
        return fragments


class DifferentiableFace:
    """One head, drawn into crops of `size` px."""

    def __init__(self, head: HeadData, size: int, device: torch.device | str = "cpu") -> None:
        painter = painter_of(head)
        self.model = HeadModel(painter.seen, device)
        self._rotations = Rodrigues(self.model.device, self.model.dtype)
        self.size = size
        grey = np.array([PART_GREYS[part] for part in range(len(PART_GREYS))])[painter.part]
        brow = PART_GREYS[parts.BROWS]
        grey = grey + (brow - grey) * BROW_COVER * painter.brow_shade
        grey = grey + (PART_GREYS[parts.LIPS] - grey) * painter.lip_shade

        def constant(values: object) -> Tensor:
            return torch.tensor(np.asarray(values), device=device)

        self.albedo = constant(np.repeat(grey[None, :, None], 3, 2)).float()
        self._skin = constant(np.isin(painter.part, SKIN_PARTS)[None, :, None]).float()
        self.surface = Surface(constant(np.asarray(painter.seen.triangles, np.int64)))
        self._numbers = constant(painter.points.landmarks)
        self._corners = constant(painter.corners)
        self._weights = constant(painter.points.barycentrics).float()
        self._offsets = constant(painter.points.offsets).float()
        self.landmark_weights = torch.zeros(478, device=device)
        self.landmark_weights[self._numbers] = 1.0

    def vertices(self, shape: Tensor, code: Code, turn: Tensor) -> Tensor:
        """(B,V,3) m of identities (B,S) with codes, turned by (B,3) rad."""
        return self.model.vertices(shape, code.expression, code.pose(turn))

    def landmarks(self, vertices: Tensor, turn: Tensor, camera: CropCamera) -> Tensor:
        """(B,478,2) pixels of FaceMesh's landmarks; 0 where the head has none of a number."""
        points = torch.einsum("blci,lc->bli", vertices[:, self._corners], self._weights)
        turned = self._rotations(turn[:, None])[:, 0, :3, :3]
        points = points + torch.einsum("bij,lj->bli", turned, self._offsets)
        found = vertices.new_zeros(len(vertices), 478, 2)
        return found.index_copy(1, self._numbers, camera.pixels(points))

    def picture(self, vertices: Tensor, camera: CropCamera, light: Tensor) -> FacePictures:
        """The head in `light` (B,9,3), each pixel seen once."""
        return render_face(vertices, self.surface, camera, light, self.albedo,
                           (self.size, self.size))

    def smooth_picture(self, vertices: Tensor, camera: CropCamera, light: Tensor
                       ) -> tuple[Tensor, Tensor, Tensor]:
        """(B,3,H,W) the same, every pixel seen four times: lids and lips are finer than a pixel.

        And (B,1,H,W) how much of each pixel the head covers, and how much facing skin does; these
        two without gradient.  Colours are 0 beside the head.
        """
        fine = (FINENESS * self.size,) * 2
        drawn = render_face(vertices, self.surface, camera, light, self.albedo, fine)
        pooled = [functional.avg_pool2d(part, FINENESS)
                  for part in (drawn.images, drawn.mask, self.skin(drawn))]
        return pooled[0], pooled[1], pooled[2]

    def skin(self, pictures: FacePictures) -> Tensor:
        """(B,1,H,W): 1 where the picture shows skin that faces the viewer, else 0; no gradient."""
        shown = interpolate(pictures.fragments, self.surface.triangles, self._skin).detach()
        return (shown[..., 0] > 0.99)[:, None].float() * pictures.facing

    def light_of(self, vertices: Tensor, camera: CropCamera, photos: Tensor, inside: Tensor
                 ) -> Tensor:
        """(B,9,3) light that explains the photos' skin best; inside: (B,1,H,W) 1 on the face."""
        drawn = self.picture(vertices, camera, vertices.new_zeros(len(vertices), BANDS, 3))
        return least_squares_light(drawn, self.skin(drawn) * inside, photos)


def least_squares_light(drawn: FacePictures, skin: Tensor, photos: Tensor) -> Tensor:
    """(B,9,3) l that makes photo − albedo · H(n) l least over skin (B,1,H,W), with a ridge.

    The ridge goes towards the light from everywhere that gives the skin its mean colour.
    """
    skin = skin[:, 0].flatten(1)
    basis = sh_basis(drawn.normals.permute(0, 2, 3, 1)).flatten(1, 2)
    basis = basis * drawn.albedo[:, 0].flatten(1)[..., None]
    seen = photos.flatten(2).transpose(1, 2)
    count = skin.sum(1).clamp_min(1.0)
    mean = (seen * skin[..., None]).sum(1) / count[:, None]
    even = torch.zeros(len(skin), BANDS, 3, device=skin.device)
    even[:, 0] = mean / ((basis[..., 0] * skin).sum(1) / count).clamp_min(1e-3)[:, None]
    system = torch.einsum("bn,bni,bnj->bij", skin, basis, basis) / count[:, None, None]
    system = system + LIGHT_RIDGE * torch.eye(BANDS, device=system.device)
    wanted = torch.einsum("bn,bni,bnc->bic", skin, basis, seen) / count[:, None, None]
    solved: Tensor = torch.linalg.solve(system, wanted + LIGHT_RIDGE * even)
    return solved
