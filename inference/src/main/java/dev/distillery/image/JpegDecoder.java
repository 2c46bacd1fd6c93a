package dev.distillery.image;

/** Decodes JPEG files. Safe for several threads. */
interface JpegDecoder {
    /**
     * @param header of this file
     * @param reduction 1, 2, 4 or 8: so many pixels become one each way; at most {@link #maxReduction()}
     * @return as stored, of ceil(width / reduction) by ceil(height / reduction) pixels
     * @throws BadImageException if the file is truncated or corrupt, however little
     */
    RgbImage decode(byte[] file, ImageHeader header, int reduction) throws BadImageException;

    /** @return 1 if the decoder always decodes all pixels */
    int maxReduction();

    /** @return for the log */
    String name();
}
