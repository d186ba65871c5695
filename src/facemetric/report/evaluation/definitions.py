"""What each figure of the report means, in a line, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence

from facemetric.report.html import Html, element

_TEXTS = {
    "accept": (
        "A pair is accepted",
        "where its similarity, the cosine of the two embeddings, is the threshold or more.",
        "",
    ),
    "far": (
        "FAR, FMR",
        "accepted share of the different-person pairs: false accept rate, false match rate.",
        "ISO/IEC 19795-1:2021",
    ),
    "tar": (
        "TAR, VAL",
        "accepted share of the same-person pairs; FNMR is the rest. “TAR at FAR x” is read at the "
        "lowest threshold that keeps the FAR of the same pairs at x or below.",
        "Schroff, Kalenichenko, Philbin, FaceNet, CVPR 2015",
    ),
    "folds": (
        "Accuracy over folds",
        "share of the pairs decided rightly, each fold at the threshold that is best on the "
        "others; ± is the standard error of the mean over the folds.",
        "Huang, Ramesh, Berg, Learned-Miller, Labeled Faces in the Wild, 2007",
    ),
    "eer": (
        "EER",
        "the error rate where false accepts and false rejects are equally frequent.",
        "ISO/IEC 19795-1:2021",
    ),
    "det": (
        "DET",
        "both error rates on axes stretched by the normal distribution.",
        "Martin, Doddington, Kamm, Ordowski, Przybocki, 1997",
    ),
    "cmc": (
        "CMC, rank k",
        "share of the searches whose person is among the first k entries of the gallery; a tie "
        "counts against it.",
        "Phillips, Moon, Rizvi, Rauss, FERET, 2000",
    ),
    "distractors": (
        "Rank 1 among distractors",
        "share of the searches that find the one mate first among so many strangers.",
        "Kemelmacher-Shlizerman, Seitz, Miller, Brossard, MegaFace, CVPR 2016",
    ),
    "dir": (
        "DIR, FPIR",
        "share of the searches of enrolled people that find them at the threshold; share of the "
        "searches of strangers that find anybody. FNIR is 1 less DIR.",
        "Phillips, Grother, Micheals, 2011; NISTIR 8271",
    ),
    "angles": (
        "Angles",
        "arc cosine of the similarity. Ideal: the largest within a person is below the smallest "
        "between people.",
        "Liu et al., SphereFace, CVPR 2017",
    ),
    "groups": (
        "Pairwise F, BCubed F, NMI, ARI",
        "how well the groups that were formed agree with the people.",
        "Amigó et al., 2009; Hubert, Arabie, 1985",
    ),
    "interval": (
        "Intervals",
        "people, not pairs, are drawn with replacement, since pairs share people; the threshold of "
        "a rate is found anew in every draw, those of accuracy stay. Percentiles of the draws; "
        "where fewer than four people are wrong, widened to Wilson’s, each person one trial.",
        "Efron, Tibshirani, 1993; Wilson, 1927",
    ),
    "bound": (
        "“At most”",
        "an upper bound in the place of a figure whose rate takes more trials than there are: the "
        "upper end of the interval at the strictest rate that they support. In the place of a "
        "rate seen fewer than ten times, each person (for two people: each two) counts as one "
        "trial.",
        "Clopper, Pearson, 1934",
    ),
    "paired": (
        "Differences of models",
        "both measured in the same draws of people; p is two-sided, and Holm’s correction keeps "
        "the chance of one false verdict among all comparisons at 5 %.",
        "Holm, 1979",
    ),
    "slices": (
        "Slices",
        "FNMR and FMR of a part of the pairs, all at one threshold, which the strangers of all "
        "these pairs set; intervals hold it fixed.",
        "NISTIR 8280, 2019",
    ),
}


def definitions(keys: Sequence[str]) -> Html:
    """Return the definitions of these figures."""
    lines = []
    for key in keys:
        what, text, source = _TEXTS[key]
        origin = element("small", source) if source else None
        lines.append(element("dt", what))
        lines.append(element("dd", text, origin))
    return element("dl", *lines, class_="definitions")
