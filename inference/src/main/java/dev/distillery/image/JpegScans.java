package dev.distillery.image;

/**
 * How many scans a JPEG has. Each is a pass over all pixels and takes as little as ten bytes, so a small file can keep a
 * decoder busy for minutes.
 */
final class JpegScans {
    /** As TurboJPEG's own limit, TJFLAG_LIMITSCANS; usual progressive files have about ten. */
    static final int MOST = 500;

    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;

    private JpegScans() {}

    /** @param firstScan where the marker of the first scan is */
    static void requireFew(byte[] file, int firstScan) throws BadImageException {
        int scans = count(file, firstScan);
        if (scans > MOST) {
            throw new BadImageException("a JPEG of " + scans + " scans; at most " + MOST
                    + " are decoded, save it again as baseline or progressive");
        }
    }

    /** @return up to the end of the picture, or of the file if it is truncated, which decoding tells */
    private static int count(byte[] file, int firstScan) {
        int scans = 0;
        int at = firstScan;
        while (at + 3 < file.length) {
            int marker = file[at + 1] & 0xff;
            if (file[at] != (byte) 0xFF || marker == 0xFF) {
                at++;
            } else if (marker == EOI) {
                return scans;
            } else if (JpegHeader.standsAlone(marker)) {
                // Stuffed bytes, restarts, and unknown markers, whose content decoders may search for the next.
                at += 2;
            } else {
                scans += marker == SOS ? 1 : 0;
                at += 2 + ((file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff));
            }
        }
        return scans;
    }
}
