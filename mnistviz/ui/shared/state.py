"""Keys of the session's state that more than one module uses."""

# Whether the browser had time to paint the title of this visit.
TITLE_PAINTED = "title_painted"

# Widgets in the sidebar. Their values are in the address of the page, too.
RUN = "run"
SNAPSHOT = "snapshot"
IMAGE = "image"
USE_DRAWING = "drawn"
# The step that the widget for the snapshot gets when the sidebar is drawn next.
NEXT_SNAPSHOT = "next_snapshot"
# (run id, step) of the latest snapshot when the sidebar was last drawn.
LATEST_SNAPSHOT = "latest_snapshot"

# The Film page: whether it plays, (index, time) of the snapshot on screen, the slider's index.
PLAYING = "film_playing"
FRAME = "film_frame"
FILM_POSITION = "film_position"

# The Draw page. The canvas: a `History`, and the drawing that it starts with.
CANVAS = "canvas_history"
CANVAS_START = "canvas_start"
# The name of the drawing in the page's address.
DRAWING = "drawing"
# Widgets: where the digit comes from, and whether there may be several.
SOURCE = "draw_source"
SEVERAL = "several_digits"
# The last photo or file `(height, width, 3)` uint8.
PHOTO = "photo"


# The image `(28, 28)` float32 of the digit that was last read on the Draw page or chosen elsewhere.
DRAWN_IMAGE = "drawn_image"
# The name of that image in the address, and in the state its text at the start of the visit.
PICTURE = "picture"
# (name, image) where the drawn image was chosen elsewhere.
NAMED_IMAGE = "named_image"

# Measurements of the browser: pixels that a picture may be wide, and whether the screen has several
# pixels for each of the page.
PAGE_WIDTH = "page_width"
FINE_SCREEN = "fine_screen"

# Whether a network of the Design page was filled in on the Train page, whose form is open then.
DESIGNED = "designed"

# The Runs page: ids of the chosen runs, and a number that makes the table a new one.
CHOSEN_RUNS = "chosen_runs"
CHOICE_NUMBER = "choice_number"

# The My digits page: the id of the chosen digit.
CHOSEN_DIGIT = "chosen_digit"

# Messages (see flash.py) about: starting a training, the controls of a training, the last action
# on the Runs page and on the My digits page, a digit that was to be added to My digits.
START_MESSAGE = "start_message"
TRAIN_MESSAGE = "train_message"
RUNS_MESSAGE = "runs_message"
DIGITS_MESSAGE = "digits_message"
KEEP_MESSAGE = "keep_message"
# The last action on the Data sets page.
DATA_MESSAGE = "data_message"
