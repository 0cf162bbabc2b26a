"""Names in the session's state that more than one page uses."""

# Whether the browser had time to paint the title of this visit.
TITLE_PAINTED = "title_painted"

# Widgets in the sidebar, kept in the address of the page.
RUN = "run"
SNAPSHOT = "snapshot"
IMAGE = "image"
USE_DRAWING = "drawn"

# A snapshot to turn to when the sidebar is drawn next, and the film's own state.
NEXT_SNAPSHOT = "next_snapshot"
PLAYING = "film_playing"
FRAME = "film_frame"
FILM_POSITION = "film_position"

# The run and the step of the latest snapshot when the sidebar was last drawn.
LATEST_SNAPSHOT = "latest_snapshot"

# What was drawn, with its way back; the canvas' number makes it another one; what it starts with.
CANVAS = "canvas_history"
CANVAS_NUMBER = "canvas_number"
CANVAS_START = "canvas_start"
# The drawing in the address of the Draw page.
DRAWING = "drawing"

# Where the digit comes from, whether it may be several, the picture last given, the crop's number.
SOURCE = "draw_source"
SEVERAL = "several_digits"
PHOTO = "photo"
PHOTO_CROPS = "photo_crops"

# The `(28, 28)` picture of the digit last read on the Draw page.
DRAWN_IMAGE = "drawn_image"
# That picture in the address of a page that looks at it. In the state: what came with the visit.
PICTURE = "picture"
# Where an image that took its place came from, and that very image.
NAMED_IMAGE = "named_image"

# Pixels that a picture may be wide, and whether the screen has more of them than the page, as the
# browser last said.
PAGE_WIDTH = "page_width"
FINE_SCREEN = "fine_screen"

# The runs chosen in the table of runs, by id; the number makes it another table.
CHOSEN_RUNS = "chosen_runs"
CHOICE_NUMBER = "choice_number"

# The digit chosen on the My digits page, by id.
CHOSEN_DIGIT = "chosen_digit"

# Messages of the last action (see flash.py): of a start of a training, of the controls of a
# training, of the Runs page, of the My digits page, of a digit kept on the Draw page.
START_MESSAGE = "start_message"
TRAIN_MESSAGE = "train_message"
RUNS_MESSAGE = "runs_message"
DIGITS_MESSAGE = "digits_message"
KEEP_MESSAGE = "keep_message"
