package dev.distillery.trainer.predict;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import dev.distillery.trainer.image.BadImageException;
import dev.distillery.trainer.image.CropView;
import dev.distillery.trainer.image.EvaluationView;
import dev.distillery.trainer.image.ImageDecoder;
import dev.distillery.trainer.image.ImageHeader;
import dev.distillery.trainer.image.RgbImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** A picture file as the network wants it, read by the code that reads training photographs. */
final class Picture {
    private final byte[] file;
    private final ImageHeader header;
    private final RgbImage rgb;

    private Picture(byte[] file, ImageHeader header, RgbImage rgb) {
        this.file = file;
        this.header = header;
        this.rgb = rgb;
    }

    /** @throws TrainerException INVALID_DATA if the file is missing, no picture, broken, or beyond 100 million pixels */
    static Picture read(String name) {
        try {
            Path path = Path.of(name);
            if (!Files.isRegularFile(path)) {
                throw invalid(name, "got " + (Files.exists(path) ? "no file" : "nothing there"), null);
            }
            byte[] file = Files.readAllBytes(path);
            ImageHeader header = ImageHeader.readAny(file);
            return new Picture(file, header, ImageDecoder.ofThisMachine().decode(file, header, 1));
        } catch (IOException | InvalidPathException | BadImageException e) {
            throw invalid(name, "cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /**
     * @param form the model's input; one with a resized side gets the centre, another the whole picture without its
     *     proportions
     * @return uint8, (height, width, channels); grey is ITU-R 601 luma
     */
    byte[] pixels(InputForm form) {
        byte[] colour = form.resizedSide() == null ? CropView.stretch(rgb, form.width(), form.height()) : centre(form);
        return form.channels() == 1 ? luma(colour) : colour;
    }

    private byte[] centre(InputForm form) {
        EvaluationView view = new EvaluationView(form.resizedSide(), form.height());
        byte[] seen = new byte[view.bytes()];
        try {
            // Decoded again, reduced as it was for the evaluation of the model.
            view.write(ImageDecoder.ofThisMachine(), file, header, seen, 0);
        } catch (BadImageException e) {
            throw new IllegalStateException("the file was decoded before", e);
        }
        return seen;
    }

    private static byte[] luma(byte[] colour) {
        byte[] grey = new byte[colour.length / RgbImage.CHANNELS];
        for (int i = 0; i < grey.length; i++) {
            int red = colour[3 * i] & 0xff;
            int green = colour[3 * i + 1] & 0xff;
            int blue = colour[3 * i + 2] & 0xff;
            grey[i] = (byte) ((299 * red + 587 * green + 114 * blue + 500) / 1000);
        }
        return grey;
    }

    private static TrainerException invalid(String name, String problem, Exception cause) {
        return new TrainerException(
                ExitCode.INVALID_DATA, name + ": " + problem + ", expected a PNG, JPEG, GIF or BMP picture", cause);
    }
}
