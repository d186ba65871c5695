"""Groups in a file, which photographs join later."""

from facemetric.cluster.state.groups_file import GroupsFile
from facemetric.cluster.state.records import About, Correction, Joined, KeptFace, NewFace

__all__ = ["About", "Correction", "GroupsFile", "Joined", "KeptFace", "NewFace"]
