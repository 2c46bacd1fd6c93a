"""Trains a resolved recipe in PyTorch, teacher and student with all tricks, and prints top-1 of both as one JSON line."""

import argparse
import gzip
import json
import math
import sys
import time
import urllib.parse
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "pytorch"))
import inputs  # noqa: E402
from networks import ResNet, parameter_groups  # noqa: E402


def idx(source, dimensions):
    """Reads an IDX file of uint8: a header of one 32-bit number and one per dimension, then the elements."""
    with gzip.open(urllib.parse.urlparse(source["uri"]).path) as file:
        data = file.read()
    shape = [int.from_bytes(data[4 + 4 * i:8 + 4 * i], "big") for i in range(dimensions)]
    return torch.frombuffer(bytearray(data[4 + 4 * dimensions:]), dtype=torch.uint8).reshape(shape)


def split(part):
    """(N, H, W, C) uint8 images and int64 labels"""
    return idx(part["images"], 3).unsqueeze(-1), idx(part["labels"], 1).long()


class Images:
    """IDX files: images of one size, shifted and mirrored."""

    def __init__(self, dataset):
        self.classes = len(dataset["classes"])
        self.train, self.labels = split(dataset["train"])
        self.validation, self.validation_labels = split(dataset["validation"])
        self.crop = dataset["augmentation"]["crop"]
        self.statistics = self.train

    def batches(self, batch):
        return inputs.tensors(self.train, self.labels, batch, self.crop)


class Photographs:
    """Folders of JPEG files: random resized crops for training, the centre for validation, as torchvision does it."""

    def __init__(self, dataset):
        from torchvision.datasets import ImageFolder
        from torchvision.transforms import v2

        def read(part, transform):
            folder = ImageFolder(urllib.parse.urlparse(part["folder"]["uri"]).path)
            images = [transform(v2.functional.pil_to_tensor(image)) for image, _ in folder]
            return images, torch.tensor(folder.targets), len(folder.classes)

        def together(images):
            return torch.stack(images).permute(0, 2, 3, 1).contiguous()

        size = dataset["imageSize"]
        crop = dataset["augmentation"]["randomResizedCrop"]
        self.augmentation = v2.Compose([v2.RandomResizedCrop(size, scale=(crop["minScale"], 1), antialias=True),
                                        v2.RandomHorizontalFlip()])
        centre = v2.Compose([v2.Resize(round(size / 0.875), antialias=True), v2.CenterCrop(size)])
        self.images, self.labels, self.classes = read(dataset["train"], v2.Identity())
        validation, self.validation_labels, _ = read(dataset["validation"], centre)
        self.validation = together(validation)
        self.statistics = together([centre(image) for image in self.images])
        self.together = together

    def batches(self, batch):
        while True:
            order = torch.randperm(len(self.images))
            for start in range(0, len(self.images) - batch + 1, batch):
                index = order[start:start + batch]
                yield self.together([self.augmentation(self.images[i]) for i in index.tolist()]), self.labels[index]


def has_bf16():
    """As the trainer's dtype auto: BF16 where the CPU multiplies it."""
    flags = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith(("flags", "Feat")))
    return bool({"avx512_bf16", "amx_bf16", "bf16"} & set(flags.split()))


def rate(spec, step, epochs, steps_per_epoch):
    """Linear scaling, linear warm-up, then half a cosine down to the final rate; all per step."""
    tricks = spec["tricks"]
    scaling, warmup, final = tricks["linearScaling"], tricks["warmup"], tricks["cosineDecay"]["finalRate"]
    peak = scaling["referenceRate"] * spec["training"]["batchSize"] / scaling["referenceBatchSize"]
    warm_steps = warmup["epochs"] * steps_per_epoch if warmup["enabled"] else 0
    if step < warm_steps:
        return peak * (warmup["startFraction"] + (1 - warmup["startFraction"]) * step / warm_steps)
    progress = (step - warm_steps) / (epochs * steps_per_epoch - warm_steps)
    return final + (peak - final) * (1 + math.cos(math.pi * progress)) / 2


class Training:
    def __init__(self, spec):
        self.spec = spec
        dataset = spec["dataset"]
        self.data = Photographs(dataset) if dataset["format"] == "imageFolder" else Images(dataset)
        pixels = self.data.statistics.double() / 255
        self.channels = pixels.shape[-1]
        self.mean = pixels.mean((0, 1, 2)).float().reshape(1, -1, 1, 1)
        self.std = pixels.std((0, 1, 2), correction=0).float().reshape(1, -1, 1, 1)
        dtype = spec["tricks"]["mixedPrecision"]["dtype"]
        self.mixed = dtype == "bf16" or dtype == "auto" and has_bf16()

    def logits(self, model, x, mixed):
        x = x.permute(0, 3, 1, 2).to(torch.float32).div_(255).sub_(self.mean).div_(self.std)
        with torch.autocast("cpu", torch.bfloat16, enabled=mixed):
            return model(x).float()

    def loss(self, model, teacher, x, y):
        tricks = self.spec["tricks"]
        smooth = teacher is not None or tricks["labelSmoothing"]["teacher"]
        smoothing = tricks["labelSmoothing"]["epsilon"] if smooth else 0
        logits = self.logits(model, x, self.mixed)
        hard = F.cross_entropy(logits, y, label_smoothing=smoothing)
        if teacher is None:
            return hard
        t, alpha = tricks["distillation"]["temperature"], tricks["distillation"]["hardLabelWeight"]
        with torch.no_grad():
            wanted = F.log_softmax(self.logits(teacher, x, self.mixed) / t, 1)
        soft = F.kl_div(F.log_softmax(logits / t, 1), wanted, reduction="batchmean", log_target=True)
        return alpha * hard + (1 - alpha) * t * t * soft

    def run(self, network, epochs, seed, teacher=None):
        torch.manual_seed(seed)
        model = ResNet(network["model"]["family"], network["model"]["depth"], self.channels, self.data.classes)
        model = model.to(memory_format=torch.channels_last).train()
        sgd = self.spec["training"]["optimizer"]
        optimizer = torch.optim.SGD(parameter_groups(model, sgd["weightDecay"]), lr=0.0, momentum=sgd["momentum"],
                                    nesterov=sgd["nesterov"], fused=True)
        batch = self.spec["training"]["batchSize"]
        batches = self.data.batches(batch)
        per_epoch = len(self.data.labels) // batch
        for step in range(epochs * per_epoch):
            for group in optimizer.param_groups:
                group["lr"] = rate(self.spec, step, epochs, per_epoch)
            x, y = next(batches)
            loss = self.loss(model, teacher, x, y)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        return model.eval()

    @torch.no_grad()
    def top1(self, model):
        images, labels = self.data.validation, self.data.validation_labels
        right = sum((self.logits(model, x, False).argmax(1) == y).sum().item()
                    for x, y in zip(images.split(250), labels.split(250)))
        return right / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", type=Path, required=True, help="as TrainerBenchmark resolve writes it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, help="of teacher and student, instead of the recipe's")
    options = parser.parse_args()
    spec = json.loads(options.recipe.read_text())["spec"]
    torch.set_num_threads(spec["compute"]["cpus"])
    training = Training(spec)
    start = time.perf_counter()
    # Seeds of teacher and student are apart, as in the trainer.
    teacher = training.run(spec["teacher"], options.epochs or spec["teacher"]["epochs"], 1_000_000 + options.seed)
    student = training.run(spec["student"], options.epochs or spec["student"]["epochs"], options.seed, teacher)
    print(json.dumps({"side": "pytorch", "seed": options.seed, "teacherTop1": training.top1(teacher),
                      "top1": training.top1(student), "seconds": round(time.perf_counter() - start, 1)}))


main()
