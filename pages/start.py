"""Start here: five stations, ten minutes, for those who are here for the first time."""

import streamlit as st

from mnistviz.runs import snapshots
from mnistviz.texts import _
from mnistviz.ui.shared.flow.network_weights import send_weights
from mnistviz.ui.shared.layer_views.supported_layers import is_plain
from mnistviz.ui.shared.sidebar import need_snapshot
from mnistviz.ui.shared.words.explained import explained_caption, show_glossary
from mnistviz.ui.start import texts
from mnistviz.ui.start.convolution_station import show_convolution_station
from mnistviz.ui.start.digit_stations import show_drawing_station, show_layers_station
from mnistviz.ui.start.mistake_station import show_mistakes_station
from mnistviz.ui.start.stations import pick_station
from mnistviz.ui.start.train_station import show_training_station

snapshot = need_snapshot()
if not is_plain(snapshot.run.spec.model, _("Start here")):
    st.caption(_("It shows the run **best** instead."))
    snapshot = snapshots.find("best")
number = pick_station()
if number == 1:
    explained_caption(texts.INTRODUCTION)
    send_weights(snapshot)
    show_drawing_station(number, snapshot)
elif number == 2:
    send_weights(snapshot)
    show_layers_station(number, snapshot)
elif number == 3:
    show_convolution_station(number, snapshot)
elif number == 4:
    show_training_station(number)
else:
    show_mistakes_station(number, snapshot)
show_glossary()
