"""The twelve tasks of the lesson: guess first, then open the view and look.

A test computes the numbers in the solutions, and opens each link.
"""

from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass(frozen=True)
class Task:
    """A task of the lesson.

    A snapshot in an address is in epochs: step 20 of 469 is 0.0426.

    Attributes:
        part: The part of the lesson that it belongs to.
        question: What is guessed, before anybody looks.
        answers: The answers to choose from.
        right: The index of the right answer.
        do: What to do in the view.
        solution: What is true, and why.
        page: The name of the page in its address.
        query: The parameters of the address that open exactly this view.
        minutes: How long it takes in class.
    """

    part: str
    question: str
    answers: tuple[str, ...]
    right: int
    do: str
    solution: str
    page: str
    query: dict[str, str] = field(default_factory=dict)
    minutes: int = 5

    @property
    def path(self) -> str:
        """The path of the view below the address of the dashboard, without a slash before it."""
        return f"{self.page}?{urlencode(self.query, safe=',')}" if self.query else self.page


READ, CONVOLVE, LEARN, JUDGE = "It reads", "It looks", "It learns", "It fails"
# The network of the Design page in task 10: 8, 16 and 32 channels, with pooling between.
DESIGNED = "8C3-BN-MP2-16C3-BN-MP2-10C5"

TASKS = (
    Task(
        READ,
        "Can the network still read your digit if you draw it tiny, in a corner?",
        ("Yes", "No", "Only some digits"),
        0,
        "Draw a digit, then *Clear*, then draw it tiny.",
        "It can. Each drawing is first scaled to the same size and moved to the middle. The small "
        "picture of 28×28 pixels is all that it sees.",
        "start",
        {"station": "1"},
        8,
    ),
    Task(
        READ,
        "What does the network answer to a drawing of a house?",
        ("Nothing", "The digit that it looks most like", "That it is no digit"),
        2,
        "Draw a house, a star, a smile. Find a drawing that is no digit and is read as one.",
        "The network alone can only answer with one of ten digits. A second, small detector looks "
        "at the drawing and says *no digit*. It can be fooled, too: who finds the best example?",
        "draw",
        {},
        7,
    ),
    Task(
        CONVOLVE,
        "A window of 3×3 pixels slides over a picture of 28×28 pixels, without leaving it. How "
        "large is the picture that it makes?",
        ("28×28", "26×26", "9×9"),
        1,
        "Move the window into the corners and count the places in a row.",
        "It is 26×26: a window of three has 26 places in a row of 28.",
        "microscope",
        {"run": "best", "image": "0", "layer": "conv1", "channel": "3", "place": "7,14"},
        7,
    ),
    Task(
        CONVOLVE,
        "Kernel 3 of the first layer has large numbers at the top and negative ones at the bottom. "
        "Where is its map bright?",
        ("On all ink", "Where ink ends at the bottom", "Where there is no ink"),
        1,
        "Move the window over the upper bar of the 7: above it, into it, out of it. Then do the "
        "worksheet.",
        "The products are large where ink lies on the positive numbers and paper on the negative "
        "ones: at lower edges of strokes. At upper edges the sum is negative, and ReLU makes it 0.",
        "microscope",
        {"run": "best", "image": "0", "layer": "conv1", "channel": "3", "place": "9,14"},
        15,
    ),
    Task(
        CONVOLVE,
        "The first layer has 10 kernels of 9 numbers. How many numbers has one kernel of the "
        "second layer?",
        ("9", "10", "90"),
        2,
        "Choose *conv2* and a channel. Count the grids that are added up.",
        "It has 90: a grid of 9 numbers for each of the ten maps of the first layer. All ten are "
        "added up to one map.",
        "microscope",
        {"run": "best", "image": "0", "layer": "conv2", "channel": "0", "place": "9,14"},
        5,
    ),
    Task(
        CONVOLVE,
        "From layer to layer, do the pictures look more or less like the digit?",
        ("More", "Less", "The same"),
        1,
        "Follow the maps from the left to the right, or from the top to the bottom.",
        "Less: the first maps are edges of the digit. The last ones are 10 numbers, one for each "
        "answer, and nobody sees a digit in them.",
        "feature_maps",
        {"run": "best", "image": "4"},
        5,
    ),
    Task(
        LEARN,
        "How many of 100 digits does a network read right before its first step of training?",
        ("None", "About 10", "About 50"),
        1,
        "Look at the accuracy. The sidebar says that the snapshot is that of epoch 0.",
        "About 10, as by chance: there are ten digits, and its numbers are random.",
        "evaluate",
        {"run": "reference", "snapshot": "0"},
        4,
    ),
    Task(
        LEARN,
        "And after 20 steps, in which it saw 2,560 of the 60,000 digits once?",
        ("About 15", "About 40", "About 80"),
        2,
        "Look at the accuracy, then move the snapshot to later epochs.",
        "About 80 of 100. The first steps teach most: the other 9,360 steps of this training lead "
        "from 80 to 99.",
        "evaluate",
        {"run": "reference", "snapshot": "0.0426"},
        5,
    ),
    Task(
        LEARN,
        "Train a network of your own with 5,000 digits, three times each. How many of 100 does it "
        "read right?",
        ("About 60", "About 80", "More than 95"),
        2,
        "Press *Try it out*. While you wait for your turn, read when it comes. Then draw digits "
        "for your network.",
        "More than 95. Compare with your neighbour: the same settings and the same seed make the "
        "same network, to the last digit.",
        "train",
        {},
        12,
    ),
    Task(
        LEARN,
        "Which layer of this network has the most parameters?",
        ("The first", "The second", "The last"),
        2,
        "Read the column of the parameters. Then make the network as small as you dare.",
        "The last one: its window of 5×5 has a number for each of 16 channels and 10 answers, "
        "4,000 and 10 more.",
        "design",
        {"network": DESIGNED},
        7,
    ),
    Task(
        JUDGE,
        "The best network misreads 34 of 10,000 test images. Would you have read them right?",
        ("All", "Most", "Hardly any"),
        1,
        "Look at the mistakes. Find one that you misread, too, and one that you can't understand.",
        "Most people read most of them right, but not all: some are badly written, and a few "
        "labels are open to doubt. Being sure is not the same as being right.",
        "evaluate",
        {"run": "best"},
        5,
    ),
    Task(
        JUDGE,
        "The label of this image says 2. What does the best network read?",
        ("2", "3", "7"),
        2,
        "Which pixels speak for the answer? What would you change in the picture?",
        "It reads 7. The pixels in orange speak for it, those in blue against it.",
        "why",
        {"run": "best", "image": "321"},
        5,
    ),
)
PARTS = (READ, CONVOLVE, LEARN, JUDGE)
