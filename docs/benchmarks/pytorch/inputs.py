"""Where PyTorch's batches come from: iterators of (N, H, W, C) uint8 images and int64 labels."""

import itertools

import torch
from torch.utils.data import DataLoader, Dataset

CROP = 4


def read(folder, size):
    """Reads what TrainerBenchmark prepare wrote: images (count, size, size, 3) uint8, labels (count) int64."""
    images = torch.frombuffer(bytearray((folder / "images.bin").read_bytes()), dtype=torch.uint8)
    labels = torch.frombuffer(bytearray((folder / "labels.bin").read_bytes()), dtype=torch.uint8)
    return images.reshape(-1, size, size, 3), labels.long()


def resident(images, labels, batch):
    """Ready-made batches, one after the other, without end."""
    for start in itertools.cycle(range(0, len(images) - batch + 1, batch)):
        yield images[start:start + batch], labels[start:start + batch]


def padded(images, crop):
    return torch.nn.functional.pad(images, (0, 0, crop, crop, crop, crop))


def tensors(images, labels, batch, crop=CROP):
    """Shuffle, crop and flip of a whole batch in tensor operations, on the thread that trains, without end.

    Images are padded once; a window of an image is one entry of a strided view, so that gather and crop are a single
    indexing operation.
    """
    size = images.shape[1]
    windows = padded(images, crop).unfold(1, size, 1).unfold(2, size, 1).permute(0, 1, 2, 4, 5, 3)
    while True:
        order = torch.randperm(len(images))
        for start in range(0, len(images) - batch + 1, batch):
            index = order[start:start + batch]
            row, column = torch.randint(2 * crop + 1, (2, batch))
            x = windows[index, row, column]
            flip = torch.rand(batch) < 0.5
            x[flip] = x[flip].flip(2)
            yield x, labels[index]


class Augmented(Dataset):
    """One image at a time, as DataLoader asks for them."""

    def __init__(self, images, labels):
        self.padded = padded(images, CROP)
        self.labels = labels
        self.size = images.shape[1]

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        row, column = torch.randint(2 * CROP + 1, (2,)).tolist()
        x = self.padded[index, row:row + self.size, column:column + self.size]
        return (x.flip(1) if torch.rand(()) < 0.5 else x), self.labels[index]


def loader(images, labels, batch):
    """DataLoader with two worker processes, without end."""
    return endless(Augmented(images, labels), batch)


def endless(dataset, batch):
    batches = DataLoader(dataset, batch, shuffle=True, drop_last=True, num_workers=2, persistent_workers=True)
    while True:
        yield from batches


def read_jpeg(path):
    from torchvision.io import ImageReadMode, decode_jpeg, read_file

    return decode_jpeg(read_file(path), ImageReadMode.RGB)


def photographs(folder, size, batch):
    """Random resized crop and flip of JPEG files by torchvision's decoder and uint8 kernels, two workers, without end."""
    from torchvision.datasets import ImageFolder
    from torchvision.transforms import v2

    augmentation = v2.Compose([v2.RandomResizedCrop(size, antialias=True), v2.RandomHorizontalFlip()])
    for images, labels in endless(ImageFolder(folder, transform=augmentation, loader=read_jpeg), batch):
        yield images.contiguous(memory_format=torch.channels_last).permute(0, 2, 3, 1), labels
