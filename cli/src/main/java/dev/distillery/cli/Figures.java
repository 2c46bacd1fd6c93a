package dev.distillery.cli;

import java.util.Locale;

/** Numbers as people read them. */
final class Figures {
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int SECONDS_PER_HOUR = 3600;

    private Figures() {}

    /** @param share 0 to 1 */
    static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f%%", share * 100);
    }

    static String duration(long seconds) {
        if (seconds >= SECONDS_PER_HOUR) {
            return "%dh%02dm".formatted(seconds / SECONDS_PER_HOUR, seconds % SECONDS_PER_HOUR / SECONDS_PER_MINUTE);
        }
        return seconds >= SECONDS_PER_MINUTE
                ? "%dm%02ds".formatted(seconds / SECONDS_PER_MINUTE, seconds % SECONDS_PER_MINUTE)
                : seconds + "s";
    }

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    static String decimal(double number) {
        return String.format(Locale.ROOT, "%.3f", number);
    }

    static String scientific(double number) {
        return String.format(Locale.ROOT, "%.1e", number);
    }

    static String memory(long bytes) {
        return String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}
