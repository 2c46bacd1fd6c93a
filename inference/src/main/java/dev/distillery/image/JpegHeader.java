package dev.distillery.image;

/** Reads a JPEG's marker segments up to its frame header (ITU-T T.81, annex B). */
final class JpegHeader {
    private static final int SOF0 = 0xC0;
    private static final int SOF2 = 0xC2;
    private static final int RST0 = 0xD0;
    private static final int SOI = 0xD8;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int APP0 = 0xE0;
    private static final int APP1 = 0xE1;
    private static final int APP14 = 0xEE;
    private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};
    private static final int NO_ADOBE = -1;
    private static final byte[] JFIF = {'J', 'F', 'I', 'F', 0};
    private static final byte[] ADOBE = {'A', 'd', 'o', 'b', 'e'};

    private final byte[] file;
    private Orientation orientation = Orientation.UPRIGHT;
    private boolean jfif;
    private int adobeTransform = NO_ADOBE;
    private boolean namedRgb;
    private boolean progressive;

    private JpegHeader(byte[] file) {
        this.file = file;
    }

    static boolean matches(byte[] file) {
        return file.length >= 3 && u8(file, 0) == 0xFF && u8(file, 1) == SOI && u8(file, 2) == 0xFF;
    }

    static ImageHeader read(byte[] file) throws BadImageException {
        try {
            return new JpegHeader(file).walk();
        } catch (IndexOutOfBoundsException e) {
            throw new BadImageException("the JPEG ends within its header: it is truncated", e);
        }
    }

    private ImageHeader walk() throws BadImageException {
        ImageHeader frame = null;
        int at = 2;
        while (true) {
            int marker = u8(file, at + 1);
            if (u8(file, at) == 0xFF && marker == 0xFF) {
                at++;
                continue;
            }
            if (u8(file, at) != 0xFF || standsAlone(marker)) {
                // A decoder would go on behind it, and might find another frame than is found here.
                throw new BadImageException("the JPEG's header is broken: no segment at byte " + at);
            }
            if (marker == SOS && frame != null) {
                if (progressive || u8(file, at + 4) < frame.components()) {
                    // Else one scan holds all, and decoders read no other.
                    JpegScans.requireFew(file, at);
                }
                // Markers may follow the frame header, so all that precede the picture data have been seen.
                return new ImageHeader(
                        frame.format(),
                        frame.width(),
                        frame.height(),
                        orientation,
                        frame.components(),
                        luma(frame.components()));
            }
            if (marker == SOS || marker == EOI) {
                throw new BadImageException("the JPEG has no frame header");
            }
            int length = u16(file, at + 2);
            int body = at + 4;
            if (isFrame(marker)) {
                frame = frame(marker, body);
            } else if (marker == APP1 && startsWith(body, EXIF)) {
                orientation = Exif.orientation(file, body + EXIF.length, at + 2 + length);
            } else if (marker == APP0 && startsWith(body, JFIF)) {
                jfif = true;
            } else if (marker == APP14 && startsWith(body, ADOBE)) {
                adobeTransform = u8(file, body + 11);
            }
            at += 2 + length;
        }
    }

    /** @return whether no length follows, or, of a marker that is unknown, whether decoders know of none */
    static boolean standsAlone(int marker) {
        return marker < SOF0 || (marker >= RST0 && marker <= SOI);
    }

    /** SOF0 to SOF15, of which DHT (C4), JPG (C8) and DAC (CC) are none. */
    private static boolean isFrame(int marker) {
        return marker >= SOF0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    private ImageHeader frame(int marker, int body) throws BadImageException {
        int precision = u8(file, body);
        int components = u8(file, body + 5);
        if (marker > SOF2 || precision != 8) {
            throw new BadImageException("a JPEG of a rare kind (frame 0x" + Integer.toHexString(marker) + ", "
                    + precision + " bits); baseline and progressive with 8 bits are read, save it again as such");
        }
        if (components != 1 && components != 3 && components != 4) {
            throw new BadImageException("a JPEG of " + components + " components; 1, 3 and 4 are read");
        }
        namedRgb =
                components == 3 && u8(file, body + 6) == 'R' && u8(file, body + 9) == 'G' && u8(file, body + 12) == 'B';
        progressive = marker == SOF2;
        int height = u16(file, body + 1);
        int width = u16(file, body + 3);
        return new ImageHeader(ImageHeader.Format.JPEG, width, height, Orientation.UPRIGHT, components, false);
    }

    /** libjpeg's rule: JFIF is always YCbCr; Adobe's marker says it; else the components' names do. */
    private boolean luma(int components) {
        return switch (components) {
            case 3 -> jfif || (adobeTransform == NO_ADOBE ? !namedRgb : adobeTransform != 0);
            case 4 -> adobeTransform == 2;
            default -> false;
        };
    }

    private boolean startsWith(int at, byte[] prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if (file[at + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private static int u8(byte[] file, int at) {
        return file[at] & 0xff;
    }

    private static int u16(byte[] file, int at) {
        return u8(file, at) << 8 | u8(file, at + 1);
    }
}
