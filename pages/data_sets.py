"""Data sets: import images of one's own to train and evaluate on."""

import streamlit as st

from mnistviz.texts import _
from mnistviz.ui.data_sets.import_view import show_import
from mnistviz.ui.data_sets.kept_view import show_kept
from mnistviz.ui.shared.flash import errors_shown
from mnistviz.ui.shared.texts import explanation
from mnistviz.ui.shared.words.explained import explained

explained(
    _(
        "Train a network on **your own images**: Fashion-MNIST, Kuzushiji, EMNIST, or signs that "
        "you collected. They stay on this machine."
    )
)
st.header(_("Import"))
with errors_shown():
    show_import()
st.header(_("Kept"))
with errors_shown():
    show_kept()
explanation(
    [
        _(
            "A data set has **2 to 62 classes** with names, and up to 200,000 images; of a larger "
            "one, a sample is drawn. It is read from npz, IDX, CSV, parquet, EMNIST's .mat files, "
            "or pictures in a folder for each class, in a zip or tar."
        ),
        _(
            "Every image becomes **28×28 grey pixels**, light on dark. *Plain resize* keeps "
            "images of 28×28 as they are. *Fitted and centred* scales the ink to 20 pixels and "
            "puts its centre of mass in the middle, as MNIST was made. That is good for drawn "
            "signs, and bad for things whose size and place matter."
        ),
        _(
            "**Train**, **validation** and **test** parts are those of the files. What they lack "
            "is drawn from each class with a fixed seed, so that the same files always give the "
            "same parts. The network learns from the train part, is checked on the validation "
            "part after each epoch, and reads the test part once, at the end."
        ),
        _(
            "The **checksum** of a set is that of its images, labels and names: a run knows by it "
            "what it was trained on. Draw's judge of what is no digit knows digits only: on other "
            "sets, nothing is refused."
        ),
    ]
)
