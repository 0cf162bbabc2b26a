"""What the views of the Evaluate page show, in plain words."""

HEADLINE = (
    "A network is judged by images that it was not trained on. **Accuracy** is the share that it "
    "reads right. With other images of the same kind it would come out a little differently: the "
    "**95 % interval** (Wilson) says how much. **Loss** is the mean of -log(probability of the "
    "right digit): it is high where the network is sure and wrong. **Top 2** counts an image as "
    "right if its digit is one of the two likeliest.",
)

VIEWS: dict[str, tuple[str, ...]] = {
    "confusion": (
        "The **confusion matrix** sorts all images by what they are (row) and what they were read "
        "as (column). On the blue diagonal are the right answers. A warm cell far from it is a "
        "mix-up: click it and ask yourself what the two digits have in common there.",
        "A digit with low **recall** is often overlooked. One with low **precision** is often seen "
        "where there is none.",
    ),
    "mistakes": (
        "The first mistakes are those of which the network was **surest**. The most interesting "
        "ones are there: odd ways of writing, and now and then a label that is wrong itself. At "
        "the end are those where it hesitated between two digits, and chose the other one.",
    ),
    "trust": (
        "**Calibrated** means: of all answers of which it says that it is 80 % sure, 80 % are "
        "right. The **calibration error** is how far that is missed, on average. One number, the "
        "**temperature**, mends most of it: all scores are divided by it before they become "
        "probabilities. Above 1 it makes the network less sure, below 1 surer. No answer changes.",
        "Who may **refuse** to answer makes fewer mistakes: a letter that the machine can't read "
        "goes to a person. The curve says how many mistakes are left if so many are refused.",
    ),
    "pair": (
        "Which of two networks is better? Images that both read right say nothing, nor do those "
        "that both read wrong. What counts are the images that **only one** of them reads right. "
        "If both were equally good, each of these would be the toss of a coin; **p** says how "
        "often coins would fall at least as unevenly. Below 0.05 chance is a poor explanation.",
    ),
    "robustness": (
        "MNIST's digits are all centred, upright and of one size. What a network makes of others "
        "it has never been taught, unless its training changed the images a little each time "
        "(**augmentation**). Turn the dial and watch when the answer tips.",
        "The **curve** does the same with two thousand images at once. A wide flat top is a "
        "network that stands a lot. What a person would still read and the network "
        "doesn't is what it has not understood.",
    ),
    "doubts": (
        "People wrote the labels of the test set, and people err. A few digits can't be told even "
        "by eye. **You decide** which, and see what it changes: at 99.5 % right, five odd labels "
        "are a tenth of all mistakes.",
    ),
    "export": (
        "The table opens in any spreadsheet. The report opens in any browser, without this program "
        "and without a network: send it to somebody, or keep it beside a run.",
    ),
}
