package dev.distillery.trainer.torchscript;

import com.sun.jna.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * glibc's malloc gives large blocks back to the kernel at once and keeps one arena per thread; every training step then
 * pays for the same pages again. These settings keep the blocks (docs/adr/0003).
 */
final class NativeAllocator {
    private static final Logger LOG = LoggerFactory.getLogger(NativeAllocator.class);
    private static final int M_TRIM_THRESHOLD = -1;
    private static final int M_TOP_PAD = -2;
    private static final int M_MMAP_THRESHOLD = -3;
    private static final int M_ARENA_MAX = -8;

    private NativeAllocator() {}

    static void keepLargeBlocks() {
        try {
            Function mallopt = Function.getFunction("c", "mallopt");
            set(mallopt, M_ARENA_MAX, 1);
            set(mallopt, M_MMAP_THRESHOLD, 1 << 30);
            set(mallopt, M_TRIM_THRESHOLD, Integer.MAX_VALUE);
            set(mallopt, M_TOP_PAD, 256 << 20);
        } catch (UnsatisfiedLinkError e) {
            LOG.info("no mallopt in this C library; training runs with its allocator's defaults");
        }
    }

    private static void set(Function mallopt, int parameter, int value) {
        if (mallopt.invokeInt(new Object[] {parameter, value}) == 0) {
            LOG.info("mallopt({}, {}) was refused", parameter, value);
        }
    }
}
