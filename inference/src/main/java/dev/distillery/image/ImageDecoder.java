package dev.distillery.image;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decodes pictures, upright and in RGB. Safe for several threads. */
public final class ImageDecoder {
    private static final Logger LOG = LoggerFactory.getLogger(ImageDecoder.class);

    private final JpegDecoder jpeg;

    ImageDecoder(JpegDecoder jpeg) {
        this.jpeg = jpeg;
    }

    /** @return the fastest that this machine has; found, and said in the log, once */
    public static ImageDecoder ofThisMachine() {
        return Found.DECODER;
    }

    private static final class Found {
        static final ImageDecoder DECODER = find();

        private static ImageDecoder find() {
            JpegDecoder jpeg = TurboJpegDecoder.load().orElseGet(JdkJpegDecoder::new);
            LOG.info("JPEG is decoded by {}", jpeg.name());
            return new ImageDecoder(jpeg);
        }
    }

    /**
     * @param header of this file
     * @param reduction as {@link #reduction} gives it, or 1 for all pixels
     * @throws BadImageException if the file is truncated or corrupt
     */
    public RgbImage decode(byte[] file, ImageHeader header, int reduction) throws BadImageException {
        RgbImage stored = header.format() == ImageHeader.Format.JPEG
                ? jpeg.decode(file, header, reduction)
                : JdkPictureDecoder.decode(file);
        return header.orientation().apply(stored);
    }

    /**
     * How far a JPEG may be reduced while it is decoded. Twice the pixels that are needed must be left each way: what is
     * scaled down from that differs from what is scaled down from all by about one grey level, and Pillow's documentation
     * calls the factor fair.
     *
     * @param cropWidth width of the part that is wanted, in pixels of the whole upright image
     * @param cropHeight its height
     * @param width of what is made of it
     * @param height likewise
     * @return 1, 2, 4 or 8; 1 where the decoder or the format knows no other
     */
    public int reduction(ImageHeader header, double cropWidth, double cropHeight, int width, int height) {
        int reduction = 1;
        if (header.format() == ImageHeader.Format.JPEG) {
            while (2 * reduction <= jpeg.maxReduction()
                    && cropWidth >= 4.0 * reduction * width
                    && cropHeight >= 4.0 * reduction * height) {
                reduction *= 2;
            }
        }
        return reduction;
    }
}
