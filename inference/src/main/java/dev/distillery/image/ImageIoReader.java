package dev.distillery.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** One picture in one of the JDK's readers. What they throw on broken files, of whatever type, becomes one exception. */
final class ImageIoReader {
    private ImageIoReader() {}

    /** What is done with an open reader. */
    interface Action<T> {
        T apply(ImageReader reader) throws IOException, BadImageException;
    }

    /** @throws BadImageException if no reader knows the format, the file is broken, or a reader warns of it */
    static <T> T read(byte[] file, Action<T> action) throws BadImageException {
        try (ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new BadImageException("no picture of a known format");
            }
            ImageReader reader = readers.next();
            String[] warning = new String[1];
            try {
                reader.addIIOReadWarningListener((source, message) -> warning[0] = message);
                reader.setInput(stream, true, true);
                T result = action.apply(reader);
                if (warning[0] != null) {
                    throw new BadImageException("the picture is broken (" + warning[0] + ")");
                }
                return result;
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            // On broken files the readers let out index, argument and array size exceptions beside those they declare.
            throw new BadImageException("the picture is broken (" + e.getMessage() + ")", e);
        }
    }
}
