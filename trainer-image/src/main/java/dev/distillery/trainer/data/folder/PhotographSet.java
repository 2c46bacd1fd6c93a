package dev.distillery.trainer.data.folder;

import dev.distillery.image.BadImageException;
import dev.distillery.image.CropView;
import dev.distillery.image.EvaluationView;
import dev.distillery.image.ImageHeader;
import dev.distillery.image.RgbImage;
import dev.distillery.recipe.Dataset;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.augment.Augmentation;
import dev.distillery.trainer.augment.RandomResizedCrop;
import dev.distillery.trainer.data.ImageSet;
import dev.distillery.trainer.data.TrainingView;
import java.nio.ByteBuffer;
import java.util.List;

/** One split of photographs. */
final class PhotographSet implements ImageSet {
    private final List<Photograph> photographs;
    private final PhotographFiles files;
    private final EvaluationView view;
    private final Pixels pixels;
    private final Decoded decoded;
    private final int threads;

    /** What is kept of the images, if there is a file to keep it in. */
    enum Pixels {
        /** Nothing: the split is too large. Crops are decoded reduced where that is as good. */
        NONE,
        /** What evaluation sees; enough where training crops nothing else. */
        VIEWS,
        /** Whole images, upright; crops are the same whether they come from the file or the disk was full. */
        WHOLE
    }

    /**
     * @param decoded null for {@link Pixels#NONE}
     * @param threads for a batch
     */
    PhotographSet(
            List<Photograph> photographs,
            PhotographFiles files,
            EvaluationView view,
            Pixels pixels,
            Decoded decoded,
            int threads) {
        this.photographs = photographs;
        this.files = files;
        this.view = view;
        this.pixels = pixels;
        this.decoded = decoded;
        this.threads = threads;
    }

    @Override
    public int count() {
        return photographs.size();
    }

    @Override
    public int height() {
        return view.size();
    }

    @Override
    public int width() {
        return view.size();
    }

    @Override
    public int channels() {
        return RgbImage.CHANNELS;
    }

    @Override
    public int label(int index) {
        return photographs.get(index).label();
    }

    @Override
    public int threads() {
        return threads;
    }

    @Override
    public void write(int first, int images, ByteBuffer target) {
        ParallelLoop.run(images, threads, i -> target.put(i * imageBytes(), evaluationView(first + i)));
    }

    @Override
    public TrainingView trainingView(Dataset.Augmentation options, long seed) {
        Dataset.RandomResizedCrop random = options.randomResizedCrop();
        if (random == null) {
            Augmentation augmentation =
                    new Augmentation(seed, options.crop(), options.flip(), height(), width(), channels());
            return (epoch, index, target, at) -> augmentation.apply(evaluationView(index), 0, target, at, epoch, index);
        }
        RandomResizedCrop crop = new RandomResizedCrop(
                seed, random.minScale(), random.maxScale(), random.minRatio(), random.maxRatio(), options.flip());
        return (epoch, index, target, at) -> target.put(at, cropView(index, crop, epoch));
    }

    /** @return uint8, (height, width, 3) */
    private byte[] evaluationView(int index) {
        Photograph photograph = photographs.get(index);
        byte[] seen = new byte[view.bytes()];
        if (pixels == Pixels.VIEWS && decoded.file() != null) {
            decoded.file().read(decoded.positions()[index], seen, 0, seen.length);
            return seen;
        }
        try {
            if (pixels == Pixels.WHOLE) {
                ImageHeader header = photograph.header();
                view.write(whole(index), header.uprightWidth(), header.uprightHeight(), seen, 0);
            } else {
                view.write(files.decoder(), files.read(photograph), photograph.header(), seen, 0);
            }
            return seen;
        } catch (BadImageException e) {
            throw broken(photograph, e);
        }
    }

    /** @return uint8, (height, width, 3) */
    private byte[] cropView(int index, RandomResizedCrop random, int epoch) {
        Photograph photograph = photographs.get(index);
        ImageHeader header = photograph.header();
        RandomResizedCrop.Draw draw = random.draw(epoch, index, header.uprightWidth(), header.uprightHeight());
        byte[] seen = new byte[view.bytes()];
        try {
            if (pixels == Pixels.WHOLE && decoded.file() != null) {
                CropView.Crop rows = new CropView.Crop(draw.left(), 0, draw.width(), draw.height(), draw.mirrored());
                CropView.write(rows(index, draw.top(), draw.height()), 1, rows, seen, 0, view.size());
                return seen;
            }
            int reduction = pixels == Pixels.WHOLE
                    ? 1
                    : files.decoder().reduction(header, draw.width(), draw.height(), view.size(), view.size());
            CropView.Crop crop =
                    new CropView.Crop(draw.left(), draw.top(), draw.width(), draw.height(), draw.mirrored());
            CropView.write(files.decode(photograph, reduction), reduction, crop, seen, 0, view.size());
            return seen;
        } catch (BadImageException e) {
            throw broken(photograph, e);
        }
    }

    private TrainerException broken(Photograph photograph, BadImageException e) {
        // Unless the split is too large, all have been decoded before, also where there was no room to keep them.
        return pixels == Pixels.NONE ? files.broken(photograph, e) : files.changed(photograph, e.getMessage(), e);
    }

    private RgbImage whole(int index) throws BadImageException {
        return decoded.file() == null
                ? files.decode(photographs.get(index), 1)
                : rows(index, 0, photographs.get(index).header().uprightHeight());
    }

    private RgbImage rows(int index, int first, int count) {
        int width = photographs.get(index).header().uprightWidth();
        int rowBytes = width * RgbImage.CHANNELS;
        byte[] rows = new byte[count * rowBytes];
        decoded.file().read(decoded.positions()[index] + (long) first * rowBytes, rows, 0, rows.length);
        return new RgbImage(width, count, rows);
    }
}
