"""The answer to a drawing: the input of the network, its probabilities, and further views."""

from typing import NamedTuple

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from mnistviz.charts.answer import prepared_bars, prepared_image
from mnistviz.core.types.arrays import ByteArray, FloatArray
from mnistviz.digits.drawing.preprocessing import Stages
from mnistviz.digits.drawing.strokes import Strokes
from mnistviz.evaluation.calibration import Calibration
from mnistviz.evaluation.digit_reader import Reading
from mnistviz.evaluation.rejection_texts import TEXTS
from mnistviz.network import rejection
from mnistviz.network.layers import softmax
from mnistviz.runs.snapshots import Snapshot
from mnistviz.texts import _
from mnistviz.ui.draw.narrow_answer import NARROW_ANSWER, NO_ANSWER
from mnistviz.ui.draw.other_networks import show_other_networks
from mnistviz.ui.draw.people_view import show_people
from mnistviz.ui.draw.second_look_view import change_text, show_second_look
from mnistviz.ui.draw.xray import show_xray
from mnistviz.ui.shared import loaded_networks, state
from mnistviz.ui.shared.accessibility.announcement import announce
from mnistviz.ui.shared.charts import page_appearance, show
from mnistviz.ui.shared.compat import switch_page
from mnistviz.ui.shared.page_registry import FEATURE_MAPS, WHY
from mnistviz.ui.shared.words.explained import explained, explained_caption
from mnistviz.ui.why.question import AGAINST, ANSWER, NEXT_BEST, TARGET

# Side by side with the canvas on a screen of 1280 pixels, below it on a phone.
PICTURE_SIZE = 200
BARS_SIZE = 270
BARS_HEIGHT = 300
# A smaller probability of a second digit would be shown as 0.00 %.
LEAST_SHOWN = 0.00005

SECOND_LOOK, OTHERS = _("Second look"), _("Other networks")
XRAY, REFUSAL = _("X-ray"), _("When it refuses")
PEOPLE = _("How well it reads")
NOTHING_REFUSED = _(
    "The judge of what is no digit knows digits only. The chosen run is trained on a data set of "
    "your own, so nothing is refused: it answers whatever you draw."
)
# The key of the chosen view below the answer.
MORE = "more"


class ShownAnswer(NamedTuple):
    """The probabilities `(10,)` of a single look, and the digit that the page answers.

    The digit is None where it answers that it is no digit.
    """

    probabilities: FloatArray
    digit: int | None


def show_answer(
    snapshot: Snapshot, stages: Stages, above: DeltaGenerator | None = None
) -> ShownAnswer | None:
    """Show the input of the network and its answer, as two boxes in the row of the canvas.

    On a narrow page the answer is in `above`, a container above the canvas. Returns the answer,
    None where nothing is drawn.
    """
    # The keys are those of the style sheet: what is grey while one draws.
    middle = st.container(width=PICTURE_SIZE, key="answer_picture")
    right = st.container(width=BARS_SIZE, key="answer_bars")
    if stages.blank:
        if above is not None:
            above.markdown(NARROW_ANSWER.format(NO_ANSWER, ""))
        announce("")
        # Without charts, as the browser takes half a second to load Plotly before the canvas.
        middle.info(TEXTS["blank"].detail)
        return None
    reader = loaded_networks.digit_reader(snapshot)
    reading = reader.read(stages.image)
    second = _second_reading(snapshot, stages)
    with above or middle:
        _show_reading(reading, second, narrow=above is not None)
    with middle:
        show(
            prepared_image(stages.image, PICTURE_SIZE, page_appearance()),
            "seen",
            _("Your digit, scaled and centred to 28 by 28 pixels"),
        )
        explained_caption(_("What the network sees of it: 28×28 pixels"))
    refused = reading.verdict == "not_a_digit"
    with right:
        show(
            prepared_bars(
                reading.probabilities,
                BARS_HEIGHT,
                page_appearance(),
                answered=not refused,
                class_names=reading.class_names,
            ),
            "answer",
            _("The network's probabilities") + _(", not used: it is no digit") * refused,
        )
        if refused:
            explained_caption(
                _(
                    "Not used: the network has to choose one of ten digits, whatever it sees. The "
                    "detector of digits, a network of its own, says that this is none."
                )
            )
        else:
            _show_calibration(reader.calibration, reading)
        _show_links(reading)
    digit = None if refused else (second or reading).digit
    return ShownAnswer(reading.probabilities, digit)


def show_more(
    snapshot: Snapshot,
    stages: Stages,
    drawn: Strokes | None = None,
    colours: ByteArray | None = None,
) -> None:
    """Show the chosen view below the row, over the whole width of the page.

    Only the chosen one is computed: an answer does not wait for the others.
    """
    views = [SECOND_LOOK, OTHERS, XRAY, REFUSAL, PEOPLE]
    chosen = st.segmented_control(
        _("More about this answer"), views, key=MORE, persist_state="session"
    )
    if chosen == REFUSAL:
        if snapshot.run.spec.data is None:
            _show_refusal()
        else:
            st.info(NOTHING_REFUSED)
    elif chosen == PEOPLE:
        show_people()
    elif chosen and stages.blank:
        st.info(_("Draw a digit first."))
    elif chosen == SECOND_LOOK:
        show_second_look(snapshot, stages.image)
    elif chosen == OTHERS:
        show_other_networks(snapshot, stages.image)
    elif chosen == XRAY:
        show_xray(snapshot, stages, drawn, colours)


def _second_reading(snapshot: Snapshot, stages: Stages) -> Reading | None:
    """The answer of the second look, None while its view is not open."""
    if st.session_state.get(MORE) != SECOND_LOOK:
        return None
    return loaded_networks.look_again(snapshot, stages.image).reading


def _show_reading(first: Reading, second: Reading | None, narrow: bool) -> None:
    """Show the answer, and that of the second look instead where it is another one."""
    changed = second is not None and (second.verdict, second.digit) != (first.verdict, first.digit)
    reading = second if second is not None and changed else first
    texts = TEXTS[reading.verdict]
    values = {"digit": reading.name, "probability": f"{reading.probability:.1%}"}
    heading = (
        _("Second look: {heading}").format(heading=texts.heading.lower())
        if changed
        else texts.heading
    )
    answer = texts.answer.format(**values)
    detail = change_text(first) if changed else texts.detail.format(**values)
    announce(f"{heading} {answer}, {detail}")
    if narrow:
        explained(NARROW_ANSWER.format(f"{heading} {answer}", f":gray[{detail}]"))
        return
    st.metric(
        heading,
        answer,
        detail,
        delta_arrow="off",
        delta_color="off" if reading.verdict == "digit" and not changed else "orange",
    )


def _show_calibration(calibration: Calibration | None, reading: Reading) -> None:
    """Show what calibration did to the highest probability, and its details on hover."""
    if calibration is None:
        explained_caption(
            _(
                "This percentage is not corrected: the run trained on every training image, and "
                "none was left to compare with. '90%' may be right more or less often than in 9 "
                "of 10 cases."
            )
        )
        return
    before = float(softmax(reading.logits)[reading.digit])
    st.caption(
        _(
            "This percentage is corrected so that '90%' really means right in 9 of 10 cases "
            "(before: {before:.1%})."
        ).format(before=before),
        help=_(
            "Calibrated with temperature {temperature:.2f}: the network's scores are divided by "
            "it. On {images:,} images that were not trained on, the percentages were off by "
            "{error_before:.1%} on average, now by {error_after:.1%}."
        ).format(
            temperature=calibration.temperature,
            images=calibration.images,
            error_before=calibration.error_before,
            error_after=calibration.error_after,
        ),
    )


def _show_links(reading: Reading) -> None:
    """Show the next best digit, and links to the pages that explain the answer."""
    second = reading.ranking[1]
    first_name, second_name = reading.name, reading.class_names[second]
    refused = reading.verdict == "not_a_digit"
    probability = reading.probabilities[second]
    if not refused and probability >= LEAST_SHOWN:
        explained(
            _("Next best: **{second_name}**, {probability:.2%}").format(
                second_name=second_name, probability=probability
            )
        )
    with st.container(horizontal=True):
        look = st.button(_("Look inside"), icon=":material/layers:", on_click=_use_drawing)
        why = not refused and st.button(
            _("Why {first_name}, not {second_name}?").format(
                first_name=first_name, second_name=second_name
            ),
            icon=":material/balance:",
            on_click=_use_drawing,
            kwargs={"ask": True},
            help=_("Which pixels raise the score of the answer, and which that of the next best."),
        )
    if look:
        switch_page(FEATURE_MAPS)
    if why:
        switch_page(WHY)


def _use_drawing(ask: bool = False) -> None:
    st.session_state[state.USE_DRAWING] = True
    if ask:
        st.session_state[TARGET] = ANSWER
        st.session_state[AGAINST] = NEXT_BEST


def _show_refusal() -> None:
    """Show the shares of non-digits that the digit detector rejects, by kind."""
    rates = rejection.rejection_rates()
    explained(
        _(
            "A small second network decides whether there is one digit at all. It learned that "
            "from training digits, from drawings of *The Quick, Draw! Dataset* (Google, CC BY "
            "4.0), and from thousands of made letters, signs, shapes and scribbles. It refuses "
            "where both networks together have too little evidence for the answer. Where the two "
            "see different digits, or the best answer has a probability below {unsure_below:.0%}, "
            "the answer is *unsure*."
        ).format(unsure_below=rejection.UNSURE_BELOW)
    )
    never = _("refused by a judge that never saw the kind")
    st.dataframe(
        [
            {_("drawn"): kind, _("refused"): of_kind.get("seen"), never: of_kind.get("never_seen")}
            for kind, of_kind in rates["kinds"].items()
        ],
        column_config={
            name: st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)
            for name in ("refused", never)
        },
        hide_index=True,
        key="refusal_rates",
    )
    explained_caption(
        _(
            "Refused by mistake: {test_digits:.2%} of the test digits and {pen_digits:.2%} of "
            "digits written with a pen on a tablet. Letters written like digits (I l O o S s Z z "
            "B b g q) are refused in {look_alikes:.0%} of the cases. On average over the kinds "
            "{seen:.1%} are refused; the typed letters are of fonts that the judge never saw. "
            "`python -m tools.train_digit_detector` measures it with the run `best`."
        ).format(
            test_digits=rates["test_digits"],
            pen_digits=rates["pen_digits"],
            look_alikes=rates["look_alikes"],
            seen=rates["seen"],
        )
    )
