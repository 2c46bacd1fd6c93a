package dev.distillery.image;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * libjpeg-turbo through its TurboJPEG interface (Debian: {@code libturbojpeg0}). It decodes at 1/2, 1/4 and 1/8 by taking
 * only the low frequencies of each block, which is both faster than decoding all and an area average.
 */
final class TurboJpegDecoder implements JpegDecoder {
    private static final String LIBRARY = "libturbojpeg.so.0";
    private static final int TJPF_RGB = 0;
    private static final int TJPF_CMYK = 11;
    /** Larger buffers are not kept for the next image. */
    private static final int KEPT_BYTES = 64 << 20;

    /** A handle works for one thread at a time; each is lent and comes back. */
    private final ConcurrentLinkedQueue<Handle> idle = new ConcurrentLinkedQueue<>();

    private TurboJpegDecoder() {}

    /** The C functions; in a class of their own so that nothing is bound where the library is missing. */
    private static final class Functions {
        static native Pointer tjInitDecompress();

        static native int tjDecompress2(
                Pointer handle,
                ByteBuffer jpeg,
                NativeLong size,
                ByteBuffer target,
                int width,
                int pitch,
                int height,
                int pixelFormat,
                int flags);

        static native String tjGetErrorStr2(Pointer handle);
    }

    /** A decompressor and the memory that it reads from and writes to. */
    private static final class Handle {
        final Pointer pointer = Functions.tjInitDecompress();
        ByteBuffer jpeg = ByteBuffer.allocateDirect(1 << 18);
        ByteBuffer pixels = ByteBuffer.allocateDirect(1 << 20);
    }

    /** @return empty where the library is not installed */
    static Optional<JpegDecoder> load() {
        try {
            Native.register(Functions.class, NativeLibrary.getInstance(LIBRARY));
            return Optional.of(new TurboJpegDecoder());
        } catch (UnsatisfiedLinkError e) {
            return Optional.empty();
        }
    }

    @Override
    public RgbImage decode(byte[] file, ImageHeader header, int reduction) throws BadImageException {
        Handle lent = idle.poll();
        Handle handle = lent == null ? new Handle() : lent;
        try {
            return decode(handle, file, header, reduction);
        } finally {
            if (handle.pixels.capacity() > KEPT_BYTES) {
                handle.pixels = ByteBuffer.allocateDirect(1 << 20);
            }
            idle.add(handle);
        }
    }

    private static RgbImage decode(Handle handle, byte[] file, ImageHeader header, int reduction)
            throws BadImageException {
        int width = (header.width() + reduction - 1) / reduction;
        int height = (header.height() + reduction - 1) / reduction;
        boolean cmyk = header.components() == 4;
        int pixelBytes = cmyk ? 4 : RgbImage.CHANNELS;
        int bytes = width * height * pixelBytes;
        handle.jpeg = fitting(handle.jpeg, file.length);
        handle.pixels = fitting(handle.pixels, bytes);
        handle.jpeg.put(0, file);
        int status = Functions.tjDecompress2(
                handle.pointer,
                handle.jpeg,
                new NativeLong(file.length, true),
                handle.pixels,
                width,
                width * pixelBytes,
                height,
                cmyk ? TJPF_CMYK : TJPF_RGB,
                0);
        if (status != 0) {
            // Warnings too: libjpeg fills what is missing with grey and goes on.
            throw new BadImageException("the JPEG is broken (" + Functions.tjGetErrorStr2(handle.pointer) + ")");
        }
        byte[] pixels = new byte[bytes];
        handle.pixels.get(0, pixels);
        return new RgbImage(width, height, cmyk ? Cmyk.toRgb(pixels, width * height) : pixels);
    }

    private static ByteBuffer fitting(ByteBuffer buffer, int bytes) {
        return buffer.capacity() >= bytes ? buffer : ByteBuffer.allocateDirect(bytes);
    }

    @Override
    public int maxReduction() {
        return 8;
    }

    @Override
    public String name() {
        return "libjpeg-turbo (" + LIBRARY + ")";
    }
}
