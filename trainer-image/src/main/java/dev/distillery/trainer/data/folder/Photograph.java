package dev.distillery.trainer.data.folder;

import dev.distillery.image.ImageHeader;

/**
 * One image file whose header is good.
 *
 * @param path relative to the split's folder
 * @param label place of its class
 */
record Photograph(String path, int label, ImageHeader header) {
    /** @return bytes of its pixels, all decoded */
    long decodedBytes() {
        return 3L * header.width() * header.height();
    }
}
