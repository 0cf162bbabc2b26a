"""Sums over the images of an epoch or of a row of the log."""

from dataclasses import dataclass


@dataclass
class MetricSums:
    """Sums of the losses, of right answers and of images."""

    loss: float = 0.0
    right: float = 0
    images: float = 0

    def add(self, loss: float, right: float, images: float) -> None:
        self.loss += loss
        self.right += right
        self.images += images

    @property
    def sums(self) -> tuple[float, float, float]:
        return self.loss, self.right, self.images

    @property
    def mean_loss(self) -> float:
        return self.loss / self.images

    @property
    def accuracy(self) -> float:
        return self.right / self.images
