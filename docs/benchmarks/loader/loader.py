"""PyTorch's loader on the same work: loader.py pillow|tensor TRAIN_FOLDER EPOCHS

pillow: the usual way, ImageFolder with Pillow. tensor: torchvision's own JPEG decoder and its uint8 kernels. Both in the
process itself, without worker processes: their pipes would only add CPU time. One line of JSON an epoch, after one epoch
that is left out.
"""
import json
import sys
import time

import torch
from torch.utils.data import DataLoader
from torchvision.datasets import ImageFolder
from torchvision.io import ImageReadMode, decode_jpeg, read_file
from torchvision.transforms import v2

mode, folder, epochs = sys.argv[1], sys.argv[2], int(sys.argv[3])
torch.set_num_threads(1)
torch.manual_seed(1)
augmentation = [v2.RandomResizedCrop(224, antialias=True), v2.RandomHorizontalFlip()]
if mode == "pillow":
    data = ImageFolder(folder, transform=v2.Compose([*augmentation, v2.PILToTensor()]))
else:
    data = ImageFolder(
        folder, transform=v2.Compose(augmentation), loader=lambda path: decode_jpeg(read_file(path), ImageReadMode.RGB)
    )
loader = DataLoader(data, batch_size=64, shuffle=True, drop_last=True)
for epoch in range(-1, epochs):
    start = time.process_time()
    images = sum(len(labels) for _, labels in loader)
    seconds = time.process_time() - start
    if epoch >= 0:
        print(json.dumps({"loader": "torch-" + mode, "images": images, "cpuSeconds": round(seconds, 3)}), flush=True)
