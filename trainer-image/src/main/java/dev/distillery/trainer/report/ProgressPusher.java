package dev.distillery.trainer.report;

import dev.distillery.report.CurvePoint;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.TrainerEnvironment;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells how training goes: one log line per epoch, and each report to the operator if it listens. Only the latest report
 * matters, so one that cannot be sent is replaced by the next. Sending happens in a daemon thread; {@link #update} never
 * blocks and never throws.
 */
public final class ProgressPusher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressPusher.class);

    private final Cadence cadence;
    private final ProgressEndpoint endpoint;
    private final Thread sender;
    private final Object lock = new Object();
    private ProgressReport pending;
    private boolean closing;
    private boolean lastTry;
    private CurvePoint logged;

    /**
     * How often.
     *
     * @param interval least time between two posts
     * @param firstBackOff the most after a failed post; doubled by each further one
     * @param maxBackOff where doubling ends
     * @param patience how long one post, and {@link #close}, may take
     */
    record Cadence(Duration interval, Duration firstBackOff, Duration maxBackOff, Duration patience) {
        private static final int MAX_DOUBLINGS = 16;
        static final Cadence DEFAULT = every(Duration.ofSeconds(5));

        static Cadence every(Duration interval) {
            return new Cadence(interval, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(3));
        }

        /**
         * After failures it is anything from half to all of the back-off: trainers that lost their operator together must
         * not come back together, for it reviews only so many tokens a second.
         *
         * @param failures in a row, up to now
         */
        Duration pause(int failures, RandomGenerator random) {
            if (failures == 0) {
                return interval;
            }
            Duration doubled = firstBackOff.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
            long nanos = (doubled.compareTo(maxBackOff) < 0 ? doubled : maxBackOff).toNanos();
            return Duration.ofNanos(nanos - (long) (random.nextDouble() * nanos / 2));
        }
    }

    /** @param endpoint null to log only */
    ProgressPusher(ProgressEndpoint endpoint, Cadence cadence) {
        this.endpoint = endpoint;
        this.cadence = cadence;
        this.sender = new Thread(this::sendAll, "progress-pusher");
        if (endpoint != null) {
            sender.setDaemon(true);
            sender.start();
        }
    }

    /** @return posts to {@link TrainerEnvironment#PROGRESS_URL}; without a usable one, it only logs */
    public static ProgressPusher fromEnvironment(Map<String, String> env) {
        String url = env.get(TrainerEnvironment.PROGRESS_URL);
        if (url == null || url.isBlank()) {
            return new ProgressPusher(null, Cadence.DEFAULT);
        }
        try {
            String token = env.get(TrainerEnvironment.PROGRESS_TOKEN_FILE);
            String interval = env.get(TrainerEnvironment.PROGRESS_INTERVAL);
            ProgressEndpoint endpoint = new ProgressEndpoint(
                    URI.create(url),
                    token == null ? null : Path.of(token),
                    env.get(TrainerEnvironment.PROGRESS_AUTHORITY));
            return new ProgressPusher(
                    endpoint, interval == null ? Cadence.DEFAULT : Cadence.every(Duration.parse(interval)));
        } catch (IllegalArgumentException | DateTimeParseException e) {
            LOG.warn(
                    "{}=\"{}\" with {}=\"{}\" and {} cannot be used: {}; progress is only logged",
                    TrainerEnvironment.PROGRESS_URL,
                    url,
                    TrainerEnvironment.PROGRESS_INTERVAL,
                    env.get(TrainerEnvironment.PROGRESS_INTERVAL),
                    TrainerEnvironment.PROGRESS_AUTHORITY,
                    e.getMessage());
            return new ProgressPusher(null, Cadence.DEFAULT);
        }
    }

    /** Takes the place of the report before, sent or not. */
    public void update(ProgressReport report) {
        logEpoch(report);
        if (endpoint != null) {
            synchronized (lock) {
                pending = report;
                lock.notifyAll();
            }
        }
    }

    private void logEpoch(ProgressReport report) {
        List<CurvePoint> curve = report.learningCurve();
        CurvePoint last = curve == null || curve.isEmpty() ? null : curve.get(curve.size() - 1);
        if (last != null && !last.equals(logged)) {
            logged = last;
            LOG.info(String.format(
                    Locale.ROOT,
                    "%s epoch %d/%d: loss %.4f, top-1 %.4f, learning rate %.5g, %.0f images/s, %d s left",
                    last.stage(),
                    last.epoch(),
                    report.epochs(),
                    last.loss(),
                    last.top1(),
                    last.learningRate(),
                    report.imagesPerSecond(),
                    report.estimatedSecondsLeft()));
        }
    }

    private void sendAll() {
        RandomGenerator random = new SplittableRandom();
        int failures = 0;
        try {
            while (true) {
                ProgressReport report = await();
                if (report == null) {
                    return;
                }
                String problem = endpoint.post(report, cadence.patience());
                boolean last = settle(report, problem == null);
                if (problem != null && failures == 0) {
                    LOG.warn("progress cannot be sent to {}: {}; training goes on", endpoint, problem);
                } else if (problem == null && failures > 0) {
                    LOG.info("progress reaches {} again", endpoint);
                }
                if (last) {
                    return;
                }
                failures = problem == null ? 0 : failures + 1;
                pause(cadence.pause(failures, random));
            }
        } catch (InterruptedException e) {
            // close() ran out of patience; the final report goes by the termination message.
            Thread.currentThread().interrupt();
        }
    }

    /** @return the latest report once there is one; null when closing with none left */
    private ProgressReport await() throws InterruptedException {
        synchronized (lock) {
            while (pending == null && !closing) {
                lock.wait();
            }
            lastTry = closing;
            return pending;
        }
    }

    /** @return whether nothing is left to do: closing, and this was the last try or the last report */
    private boolean settle(ProgressReport report, boolean sent) {
        synchronized (lock) {
            if (sent && report.equals(pending)) {
                pending = null;
            }
            return closing && (pending == null || lastTry);
        }
    }

    private void pause(Duration time) throws InterruptedException {
        long until = System.nanoTime() + time.toNanos();
        synchronized (lock) {
            long left = until - System.nanoTime();
            while (!closing && left > 0) {
                lock.wait(left / 1_000_000, (int) (left % 1_000_000));
                left = until - System.nanoTime();
            }
        }
    }

    /** Tries once more to send what is unsent, for at most 3 seconds, and ends the thread. A second call does nothing. */
    @Override
    public void close() {
        synchronized (lock) {
            closing = true;
            lock.notifyAll();
        }
        try {
            sender.join(cadence.patience().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sender.interrupt();
    }
}
