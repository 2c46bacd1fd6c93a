package dev.distillery.serving.http;

import dev.distillery.image.BadImageException;
import dev.distillery.inference.InputForm;
import dev.distillery.inference.Picture;
import java.net.HttpURLConnection;
import java.util.concurrent.Semaphore;

/**
 * Decodes pictures of strangers. A pixel takes up to 11 bytes while it is decoded (16-bit RGBA as it is stored, and RGB),
 * so all that are decoded at one time share {@link #MAX_PIXELS}: half a gigabyte, whoever sends what.
 */
final class Upload {
    /** Above the 48 million pixels of today's telephones. */
    static final int MAX_PIXELS = 50_000_000;

    /** Fair, so that a large picture is not passed for ever by small ones. */
    private final Semaphore pixels = new Semaphore(MAX_PIXELS, true);

    /**
     * @param picture whose header was read
     * @throws HttpError 413 if its header claims too many pixels
     */
    byte[] pixels(Picture picture, InputForm form) throws BadImageException {
        if (picture.pixelCount() > MAX_PIXELS) {
            throw new HttpError(
                    HttpURLConnection.HTTP_ENTITY_TOO_LARGE,
                    "the picture: got " + picture.pixelCount() + " pixels, expected at most " + MAX_PIXELS);
        }
        int count = (int) picture.pixelCount();
        pixels.acquireUninterruptibly(count);
        try {
            return picture.pixels(form);
        } finally {
            pixels.release(count);
        }
    }
}
