"""Face to chip: the landmark templates, the similarity fit, the box crop."""

from facemetric.align.chips import align_faces
from facemetric.align.similarity import fit_similarity
from facemetric.align.template import TEMPLATES, Template, template_face

__all__ = ["TEMPLATES", "Template", "align_faces", "fit_similarity", "template_face"]
