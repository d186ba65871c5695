"""Published evaluation protocols, one a file. Each receives ``embed`` as a callable."""

from facemetric.evaluation.protocols.lfw import Embed, LfwResult, evaluate_lfw

__all__ = ["Embed", "LfwResult", "evaluate_lfw"]
