package dev.distillery.operator.progress;

import dev.distillery.report.ProgressReport;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The latest report of each Job, by {@code namespace/name}. Lost at a restart; the next report makes up for it. */
public final class ProgressBoard {
    private final Map<String, ProgressReport> latest = new ConcurrentHashMap<>();

    public void put(String job, ProgressReport report) {
        latest.put(job, report);
    }

    public Optional<ProgressReport> get(String job) {
        return Optional.ofNullable(latest.get(job));
    }

    /** Forgets a Job that is finished or gone. */
    public void remove(String job) {
        latest.remove(job);
    }
}
