package dev.distillery.operator.progress;

import dev.distillery.report.ProgressReport;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The latest report of each Job, by {@code namespace/name}. Lost at a restart; the next report makes up for it. */
public final class ProgressBoard {
    private final Map<String, Entry> latest = new ConcurrentHashMap<>();

    private record Entry(ProgressReport report, long arrival) {}

    /**
     * @param arrival the greater, the later the report arrived
     * @return whether none arrived later: one may wait long for its token's review, while its sender gave up and sent the next
     */
    boolean put(String job, ProgressReport report, long arrival) {
        Entry entry = new Entry(report, arrival);
        Entry kept = latest.merge(job, entry, (before, now) -> before.arrival() > now.arrival() ? before : now);
        return kept.arrival() == arrival;
    }

    public Optional<ProgressReport> get(String job) {
        return Optional.ofNullable(latest.get(job)).map(Entry::report);
    }

    /** Forgets a Job that is finished or gone. */
    public void remove(String job) {
        latest.remove(job);
    }
}
