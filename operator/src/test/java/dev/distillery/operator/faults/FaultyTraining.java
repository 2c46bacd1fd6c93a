package dev.distillery.operator.faults;

import dev.distillery.operator.ProgressClient;
import dev.distillery.report.ProgressReport;
import dev.distillery.report.ReportJson;
import dev.distillery.report.Resumption;
import dev.distillery.report.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Steps that take their time, each of them reported, some of them saved; goes on from the newest checkpoint. */
final class FaultyTraining {
    static final long STEPS = 8;
    private static final long CHECKPOINT_EVERY = 3;

    private final Stage stage;
    private final String run;
    private final String pod;
    private final Journal journal;
    private final Path checkpoint;
    private final LateReport late;
    private final ProgressClient client;
    private final long resumedFrom;
    private long step;
    private long saved;
    private boolean stopped;

    FaultyTraining(Stage stage, Path workspace, String run, String pod, Journal journal) throws IOException {
        this.stage = stage;
        this.run = run;
        this.pod = pod;
        this.journal = journal;
        this.checkpoint = workspace.resolve(run + "-checkpoint");
        this.resumedFrom = Files.exists(checkpoint) ? Long.parseLong(Files.readString(checkpoint)) : 0;
        this.step = resumedFrom;
        this.saved = resumedFrom;
        this.client = ProgressClient.fromEnvironment();
        this.late = new LateReport(workspace.resolve(run + "-report"), pod, client, journal);
    }

    long resumedFrom() {
        return resumedFrom;
    }

    /** @param millis that all steps take together */
    void train(long until, int millis) throws IOException, InterruptedException {
        while (step < Math.min(until, STEPS)) {
            new CountDownLatch(1).await(millis / STEPS, TimeUnit.MILLISECONDS);
            step();
        }
    }

    private synchronized void step() throws IOException, InterruptedException {
        if (stopped) {
            new CountDownLatch(1).await();
        }
        step++;
        if (step % CHECKPOINT_EVERY == 0 || step == STEPS) {
            save();
        }
        report();
    }

    /** Goes no further than what is saved. */
    synchronized Resumption stop() throws IOException {
        stopped = true;
        if (saved < step) {
            save();
        }
        return lastWords();
    }

    /** To be written down before it is said. */
    synchronized Resumption lastWords() throws IOException {
        journal.add(Journal.STATEMENT, new Statement(run, pod, step, resumedFrom, saved, true).words());
        return resumption();
    }

    private Resumption resumption() {
        return new Resumption(pod, resumedFrom, saved == 0 ? null : saved, null);
    }

    private void save() throws IOException {
        Path whole = Files.writeString(checkpoint.resolveSibling(run + "-" + pod), Long.toString(step));
        Files.move(whole, checkpoint, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        saved = step;
    }

    private void report() throws IOException, InterruptedException {
        journal.add(Journal.STATEMENT, new Statement(run, pod, step, resumedFrom, saved, false).words());
        byte[] report = ReportJson.write(new ProgressReport(
                run, stage, 0, 1, step, STEPS, 0.5, null, 100, STEPS - step, List.of(), resumption()));
        try {
            boolean taken = client.post(report).statusCode() == 204;
            if (taken) {
                late.arrive();
            }
            late.keep(report);
        } catch (IOException e) {
            System.out.println("the operator is away: " + e);
        }
    }
}
