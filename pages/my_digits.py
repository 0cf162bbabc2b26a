"""My digits: a person's own digits, the accuracy of runs on them, and fine-tuning on them."""

import streamlit as st

from mnistviz.core.constants import DIGIT_NAMES, NUM_TRAINING_IMAGES
from mnistviz.core.statistics import accuracy_interval
from mnistviz.digits import my_digits
from mnistviz.evaluation import my_digits_scores
from mnistviz.texts import _, ngettext
from mnistviz.ui.my_digits.consent import show_consent
from mnistviz.ui.my_digits.fine_tuning import teach
from mnistviz.ui.my_digits.gallery import show_gallery, show_last_action
from mnistviz.ui.my_digits.import_export import deleted_and_damaged, export_and_import
from mnistviz.ui.my_digits.non_digits_view import show_non_digits
from mnistviz.ui.my_digits.scores import show_all_runs, show_score
from mnistviz.ui.my_digits.signs_view import show_signs
from mnistviz.ui.shared import loaded_networks
from mnistviz.ui.shared.inputs import pick
from mnistviz.ui.shared.page_registry import DRAW
from mnistviz.ui.shared.sidebar import need_snapshot
from mnistviz.ui.shared.texts import describe, explanation
from mnistviz.ui.shared.words.explained import explained, explained_caption

VIEWS = {"gallery": _("Gallery"), "scores": _("Who reads them"), "teach": _("Teach")}

snapshot = need_snapshot()
run = snapshot.run
digits = my_digits.list_digits()
show_last_action()
if run.spec.class_names != DIGIT_NAMES:
    show_signs(snapshot)
    st.stop()
show_consent()
if not digits:
    explained(_("Digits of your own hand, to test networks with and to teach them."))
    st.info(
        _(
            "You have none yet. Write a digit on the **Draw** page; below the answer, say whether "
            "it was right or what it was. That one tap keeps it here."
        ),
        icon=":material/gesture:",
    )
    DRAW.link(_("Draw a digit"))
    explained_caption(_("Or import some:"))
    export_and_import(digits)
    show_non_digits(snapshot)
    deleted_and_damaged()
    st.stop()

with st.container(horizontal=True, vertical_alignment="center"):
    explained(
        ngettext(
            "**{count:,}** digit of your own, read by {snapshot}. They stay on this machine.",
            "**{count:,}** digits of your own, read by {snapshot}. They stay on this machine.",
            len(digits),
        ).format(count=len(digits), snapshot=describe(snapshot)),
        width="stretch",
    )
    export_and_import(digits)
view = pick(
    _("View"), VIEWS, key="my_digits_view", persist_state="session", label_visibility="collapsed"
)
with st.spinner(_("{name} reads your digits …").format(name=run.name)):
    logits = my_digits_scores.answers(snapshot, digits)
    probabilities = loaded_networks.probabilities(snapshot, logits)
if view == "gallery":
    show_gallery(snapshot, digits, probabilities)
    show_non_digits(snapshot)
    deleted_and_damaged()
    explanation(
        [
            _(
                "Each picture is what the network sees of a digit that you drew and kept: 28×28 "
                "pixels, scaled and centred as MNIST's are."
            ),
            _(
                "A **frame** marks those that the run of the sidebar reads wrong. Choose another "
                "run there, or an earlier snapshot, and the frames move."
            ),
            _(
                "Did you tap the wrong label? Click the digit, then say what it is. A wrong label "
                "makes a network look worse than it is, and teaches it the wrong thing."
            ),
        ]
    )
elif view == "scores":
    show_score(run, digits, probabilities)
    st.subheader(_("All runs"))
    show_all_runs(digits)
    explanation(
        [
            _(
                "**Accuracy** is the share that a run reads right. Measured on a few dozen digits "
                "it is only approximate: the **interval** shows the range. If all of 20 digits "
                "are read right, the true share may still be {accuracy_interval:.0f} %."
            ).format(accuracy_interval=100 * accuracy_interval(20, 20)[0]),
            _(
                "In the **confusion matrix** a row is what you say it is and a column what was "
                "read. Off the diagonal are the mistakes: which digits of yours look like others?"
            ),
            _(
                "Most networks here have read {num_training_images:,} digits of American students "
                "and clerks. If you write your 1 or 7 in another way, it shows."
            ).format(num_training_images=NUM_TRAINING_IMAGES),
        ]
    )
else:
    teach(snapshot, my_digits.as_labelled_set(digits))
    explanation(
        [
            _(
                "**Fine-tuning** trains a network that is trained already a little further, on "
                "something new. It keeps what it knows and adds to it."
            ),
            _(
                "Trained on your few digits alone it would soon **forget** MNIST. So most images "
                "of each step are MNIST's, and yours, turned and bent a little each time, come "
                "again and again."
            ),
            _(
                "Whether it learned *your hand* or only *these pictures* shows on digits that it "
                "never saw: the ones **held out**. Its score on the pictures that it was trained "
                "on is no test."
            ),
        ]
    )
