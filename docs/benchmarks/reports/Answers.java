import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How the operator answered reports, and after how long. */
final class Answers {
    private final Map<String, Long> counts = new TreeMap<>();
    private final List<Long> nanos = new ArrayList<>();

    /** @param code of HTTP; without an answer, the exception's name */
    synchronized void add(String code, long after) {
        counts.merge(code, 1L, Long::sum);
        nanos.add(after);
    }

    /** Begins anew. */
    synchronized void clear() {
        counts.clear();
        nanos.clear();
    }

    synchronized Map<String, Long> counts() {
        return new TreeMap<>(counts);
    }

    synchronized int sent() {
        return nanos.size();
    }

    synchronized Map<String, Double> millis() {
        return Figures.percentiles(nanos.stream().mapToDouble(time -> time / 1e6));
    }
}
