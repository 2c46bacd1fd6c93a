package dev.distillery.trainer.data.folder;

import dev.distillery.recipe.Dataset;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Two folders of generated pictures in the classes circle and square, JPEG and PNG in turns, all of different sizes. */
public final class PhotographFixture {
    public static final int SIZE = 32;

    final Path root;

    public PhotographFixture(Path root) {
        this.root = root;
        for (String name : List.of("circle", "square")) {
            fill("train", name, 12);
            fill("validation", name, 5);
        }
    }

    private void fill(String split, String name, int count) {
        for (int i = 0; i < count; i++) {
            boolean png = i % 3 == 2;
            write(split + "/" + name + "/" + i + (png ? ".png" : ".jpg"), picture(name, 40 + 7 * i, 90 - 3 * i, i));
        }
    }

    public static BufferedImage picture(String name, int width, int height, int seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double across = 2.0 * x / width - 1;
                double down = 2.0 * y / height - 1;
                boolean inside = name.equals("circle")
                        ? across * across + down * down < 0.4
                        : Math.max(Math.abs(across), Math.abs(down)) < 0.5;
                int grey = (inside ? 170 : 60) + random.nextInt(20);
                image.setRGB(x, y, grey << 16 | (grey - seed) << 8 | 255 - grey);
            }
        }
        return image;
    }

    public Path write(String path, BufferedImage image) {
        try {
            Path file = root.resolve(path);
            Files.createDirectories(file.getParent());
            String format = path.endsWith("png") ? "png" : "jpeg";
            if (!ImageIO.write(image, format, file.toFile())) {
                throw new IllegalStateException("no writer for " + format);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Path file(String path) {
        return root.resolve(path);
    }

    public Dataset recipe() {
        return recipe(0, new Dataset.Augmentation(0, new Dataset.RandomResizedCrop(0.08, 1, 0.75, 4.0 / 3), true));
    }

    Dataset recipe(int maxBadImages, Dataset.Augmentation augmentation) {
        return recipe(maxBadImages, augmentation, null, null);
    }

    Dataset recipe(int maxBadImages, Dataset.Augmentation augmentation, List<String> classes, String trainSha256) {
        return new Dataset(
                Dataset.Format.IMAGE_FOLDER,
                Dataset.Split.ofFolder(
                        new Dataset.Source(root.resolve("train").toUri().toString(), trainSha256)),
                Dataset.Split.ofFolder(
                        new Dataset.Source(root.resolve("validation").toUri().toString(), null)),
                classes,
                SIZE,
                maxBadImages,
                augmentation);
    }
}
