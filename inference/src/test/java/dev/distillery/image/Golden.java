package dev.distillery.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Pictures and what Pillow makes of them; see {@code make.py} beside them. */
final class Golden {
    private static final Path FOLDER = Path.of("src/test/golden-images");

    private Golden() {}

    static byte[] file(String name) {
        try {
            return Files.readAllBytes(FOLDER.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return of all pictures in a sub-folder, with its name in front */
    static Stream<String> names(String folder) {
        try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
            return files.map(file -> folder + "/" + file.getFileName()).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Not read by the code under test. */
    static RgbImage expected(String name) {
        return read(name + ".expected.png");
    }

    static RgbImage read(String file) {
        try {
            BufferedImage image = ImageIO.read(FOLDER.resolve(file).toFile());
            byte[] pixels = new byte[image.getWidth() * image.getHeight() * 3];
            for (int i = 0; i < pixels.length; i += 3) {
                int rgb = image.getRGB(i / 3 % image.getWidth(), i / 3 / image.getWidth());
                pixels[i] = (byte) (rgb >> 16);
                pixels[i + 1] = (byte) (rgb >> 8);
                pixels[i + 2] = (byte) rgb;
            }
            return new RgbImage(image.getWidth(), image.getHeight(), pixels);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param most greatest difference of a sample that is allowed, in grey levels */
    static void assertClose(RgbImage got, RgbImage expected, int most) {
        assertThat(got.width()).isEqualTo(expected.width());
        assertThat(got.height()).isEqualTo(expected.height());
        int worst = 0;
        for (int i = 0; i < expected.pixels().length; i++) {
            worst = Math.max(worst, Math.abs((got.pixels()[i] & 0xff) - (expected.pixels()[i] & 0xff)));
        }
        assertThat(worst).as("greatest difference in grey levels").isLessThanOrEqualTo(most);
    }
}
