package dev.distillery.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * What this machine, or the container that it looks like, has to give.
 *
 * @param availableBytes memory that can be had without swapping
 * @param gpus NVIDIA devices
 */
record Machine(long memoryBytes, long availableBytes, int cpus, int gpus) {
    static Machine here() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long total = system.getTotalMemorySize();
        long available = Math.min(total, kernelsEstimate().orElse(system.getFreeMemorySize()));
        return new Machine(total, available, Runtime.getRuntime().availableProcessors(), countGpus());
    }

    /** MemAvailable counts caches that can be dropped, which "free" does not. */
    private static OptionalLong kernelsEstimate() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/meminfo"))) {
            return lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    private static int countGpus() {
        try (Stream<Path> devices = Files.list(Path.of("/dev"))) {
            return (int)
                    devices.filter(device -> device.getFileName().toString().matches("nvidia[0-9]+"))
                            .count();
        } catch (IOException e) {
            return 0;
        }
    }
}
