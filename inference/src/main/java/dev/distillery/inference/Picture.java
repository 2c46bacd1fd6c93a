package dev.distillery.inference;

import dev.distillery.image.BadImageException;
import dev.distillery.image.CropView;
import dev.distillery.image.EvaluationView;
import dev.distillery.image.ImageDecoder;
import dev.distillery.image.ImageHeader;
import dev.distillery.image.RgbImage;

/** A picture file as the network wants it, read by the code that reads training photographs. */
public final class Picture {
    private final byte[] file;
    private final ImageHeader header;

    private Picture(byte[] file, ImageHeader header) {
        this.file = file;
        this.header = header;
    }

    /**
     * @param file the whole file: PNG, JPEG, GIF or BMP
     * @throws BadImageException if it is no picture, its header is broken, or it claims more than 100 million pixels
     */
    public static Picture ofAnyFormat(byte[] file) throws BadImageException {
        return new Picture(file, ImageHeader.readAny(file));
    }

    /** Like {@link #ofAnyFormat}, but takes only the formats of training data, PNG and JPEG. */
    public static Picture of(byte[] file) throws BadImageException {
        return new Picture(file, ImageHeader.read(file));
    }

    /** @return as the header says; nothing is decoded yet */
    public long pixelCount() {
        return (long) header.width() * header.height();
    }

    /**
     * Decodes the file.
     *
     * @param form the model's input; one with a resized side gets the centre, another the whole picture without its
     *     proportions
     * @return uint8, (height, width, channels); grey is ITU-R 601 luma
     * @throws BadImageException if the file is truncated or corrupt
     */
    public byte[] pixels(InputForm form) throws BadImageException {
        byte[] colour = form.resizedSide() == null ? whole(form) : centre(form);
        return form.channels() == 1 ? luma(colour) : colour;
    }

    private byte[] whole(InputForm form) throws BadImageException {
        RgbImage rgb = ImageDecoder.ofThisMachine().decode(file, header, 1);
        return CropView.stretch(rgb, form.width(), form.height());
    }

    private byte[] centre(InputForm form) throws BadImageException {
        EvaluationView view = new EvaluationView(form.resizedSide(), form.height());
        byte[] seen = new byte[view.bytes()];
        view.write(ImageDecoder.ofThisMachine(), file, header, seen, 0);
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
}
