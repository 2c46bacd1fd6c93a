import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;

/** What a benchmark measured, in order, printed as one line of JSON. */
final class Figures {
    private final Map<String, Object> figures = new LinkedHashMap<>();

    void put(String name, Object figure) {
        figures.put(name, figure);
    }

    @Override
    public String toString() {
        return Serialization.asJson(figures);
    }

    static Map<String, Double> percentiles(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return new TreeMap<>(Map.of(
                "p50", sorted[sorted.length / 2],
                "p99", sorted[(int) (sorted.length * 0.99)],
                "max", sorted[sorted.length - 1]));
    }

    /** @return what was added to each count */
    static Map<String, Double> since(Map<String, Double> before, Map<String, Double> after) {
        Map<String, Double> added = new TreeMap<>();
        after.forEach((key, count) -> added.put(key, count - before.getOrDefault(key, 0.0)));
        return added;
    }

    static double seconds(long since) {
        return Math.round((System.nanoTime() - since) / 1e7) / 100.0;
    }

    static void say(String what) {
        System.err.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + what);
    }
}
