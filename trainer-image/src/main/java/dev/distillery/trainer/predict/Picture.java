package dev.distillery.trainer.predict;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** A picture file as the network wants it. An EXIF orientation is not applied. */
final class Picture {
    /** Refuses what would take gigabytes to decode. */
    private static final long MAX_PIXELS = 100_000_000;

    private final BufferedImage rgb;

    private Picture(BufferedImage rgb) {
        this.rgb = rgb;
    }

    /** @throws TrainerException INVALID_DATA if the file is missing, no picture, broken, or beyond 100 million pixels */
    static Picture read(String name) {
        try {
            Path path = Path.of(name);
            if (!Files.isRegularFile(path)) {
                throw invalid(name, "got " + (Files.exists(path) ? "no file" : "nothing there"), null);
            }
            try (ImageInputStream stream = ImageIO.createImageInputStream(path.toFile())) {
                return new Picture(onWhite(decode(name, stream)));
            }
        } catch (IOException | InvalidPathException e) {
            throw invalid(name, "cannot be read (" + e.getMessage() + ")", e);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | NegativeArraySizeException e) {
            // ImageIO's readers let these out on broken files.
            throw invalid(name, "is broken (" + e + ")", e);
        }
    }

    private static BufferedImage decode(String name, ImageInputStream stream) throws IOException {
        Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
        if (!readers.hasNext()) {
            throw invalid(name, "got no picture of a known format", null);
        }
        ImageReader reader = readers.next();
        try {
            reader.setInput(stream, true, true);
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            if (pixels > MAX_PIXELS) {
                throw invalid(name, "got " + pixels + " pixels, expected at most " + MAX_PIXELS, null);
            }
            return reader.read(0);
        } finally {
            reader.dispose();
        }
    }

    /**
     * Grey values are taken as stored: {@link BufferedImage#getRGB} would take them for linear light and brighten them.
     */
    private static BufferedImage onWhite(BufferedImage image) {
        ColorModel model = image.getColorModel();
        boolean grey = model.getColorSpace().getType() == ColorSpace.TYPE_GRAY && !(model instanceof IndexColorModel);
        Raster raster = image.getRaster();
        BufferedImage rgb = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int argb = grey ? grey(raster, model, x, y) : image.getRGB(x, y);
                int alpha = argb >>> 24;
                rgb.setRGB(x, y, flat(argb >> 16, alpha) << 16 | flat(argb >> 8, alpha) << 8 | flat(argb, alpha));
            }
        }
        return rgb;
    }

    private static int grey(Raster raster, ColorModel model, int x, int y) {
        int value = raster.getSample(x, y, 0) * 255 / ((1 << model.getComponentSize(0)) - 1);
        int alpha = model.hasAlpha() ? raster.getSample(x, y, 1) * 255 / ((1 << model.getComponentSize(1)) - 1) : 255;
        return alpha << 24 | value << 16 | value << 8 | value;
    }

    private static int flat(int component, int alpha) {
        return ((component & 0xff) * alpha + 255 * (255 - alpha) + 127) / 255;
    }

    /**
     * Scales without keeping the proportions: by halves first, so that no pixel is skipped, then bilinear.
     *
     * @param channels 1 for grey (ITU-R 601 luma), 3 for RGB
     * @return uint8, (height, width, channels)
     */
    byte[] pixels(int height, int width, int channels) {
        BufferedImage scaled = rgb;
        while (scaled.getWidth() != width || scaled.getHeight() != height) {
            int nextWidth = Math.max(width, Math.min(scaled.getWidth(), (scaled.getWidth() + 1) / 2));
            int nextHeight = Math.max(height, Math.min(scaled.getHeight(), (scaled.getHeight() + 1) / 2));
            scaled = bilinear(scaled, nextWidth, nextHeight);
        }
        byte[] pixels = new byte[height * width * channels];
        for (int i = 0; i < height * width; i++) {
            int value = scaled.getRGB(i % width, i / width);
            int red = value >> 16 & 0xff;
            int green = value >> 8 & 0xff;
            int blue = value & 0xff;
            if (channels == 1) {
                pixels[i] = (byte) ((299 * red + 587 * green + 114 * blue + 500) / 1000);
            } else {
                pixels[3 * i] = (byte) red;
                pixels[3 * i + 1] = (byte) green;
                pixels[3 * i + 2] = (byte) blue;
            }
        }
        return pixels;
    }

    private static BufferedImage bilinear(BufferedImage image, int width, int height) {
        BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = scaled.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return scaled;
    }

    private static TrainerException invalid(String name, String problem, Exception cause) {
        return new TrainerException(
                ExitCode.INVALID_DATA, name + ": " + problem + ", expected a PNG, JPEG, GIF or BMP picture", cause);
    }
}
