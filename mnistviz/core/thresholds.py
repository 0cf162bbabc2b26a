"""The one table of thresholds behind every verdict on channels and plans."""

# ---- intervals ----
# Of every interval and band that is reported.
CONFIDENCE = 0.95

# ---- two plans ----
# Of every plan, unless a study says otherwise.
NUM_SEEDS = 5
# Stated before any training: a tenth of a percentage point is ten of the 10,000 test images.
MARGIN = 0.0010
# Of the interval that lies within the margin when two plans are equivalent: two one-sided tests,
# each at 5 %.
EQUIVALENCE_CONFIDENCE = 0.90
# Better or worse: p below this, after Holm's correction.
ALPHA = 0.05

# ---- one channel ----
# Two channels are near-twins from this |r| on, between their ReLU outputs over all test images and
# places.
TWIN_CORRELATION = 0.95
# One of two near-twins is a twin when switching it off costs less than this, a twentieth of a
# percentage point. A channel is dead when its ReLU output is 0 at every place of every test image.
TWIN_COST = 0.0005

# ---- one layer ----
# How many principal components carry these shares of the variance.
SHARES = (0.95, 0.99)

# ---- kernels ----
# A kernel looks mainly for a pattern whose kind has at least this share of its energy; a layer
# covers a pattern that at least one of its kernels looks mainly for.
MAJORITY = 0.5
