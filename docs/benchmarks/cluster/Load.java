import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Who used how many cores since this was made. */
final class Load {
    /** USER_HZ, which is 100 wherever Linux runs. */
    private static final long TICK_MILLIS = 10;

    private final PackagedOperator operator;
    private final long start = System.nanoTime();
    private final Map<String, Duration> ours;
    private final Duration all;

    Load(PackagedOperator operator) throws IOException {
        this.operator = operator;
        this.ours = operator.cpu();
        this.all = all();
    }

    /** @return by process; "others" are all that have nothing to do with the benchmark */
    Map<String, Double> cores() throws IOException {
        Map<String, Duration> used = operator.cpu();
        used.replaceAll((process, time) -> time.minus(ours.getOrDefault(process, Duration.ZERO)));
        used.values().removeIf(Duration::isZero);
        used.put(
                "others",
                all().minus(all).minus(used.values().stream().reduce(Duration.ZERO, Duration::plus)));
        double seconds = (System.nanoTime() - start) / 1e9;
        Map<String, Double> cores = new TreeMap<>();
        used.forEach((process, time) -> cores.put(process, Math.round(time.toMillis() / seconds) / 1000.0));
        return cores;
    }

    /** @return of one minute, five and fifteen */
    static String averages() throws IOException {
        String[] words = Files.readString(Path.of("/proc/loadavg")).split(" ");
        return String.join(" ", words[0], words[1], words[2]);
    }

    /** User, nice, system, interrupts. */
    private static Duration all() throws IOException {
        String[] words = Files.readAllLines(Path.of("/proc/stat")).get(0).split("\\s+");
        long ticks = 0;
        for (int field : new int[] {1, 2, 3, 6, 7}) {
            ticks += Long.parseLong(words[field]);
        }
        return Duration.ofMillis(ticks * TICK_MILLIS);
    }
}
