package dev.distillery.operator.faults;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Two operators, of which one leads; whichever ends is started again. */
final class Replicas implements AutoCloseable {
    private static final int POLL_MILLIS = 100;

    private final OperatorClock clock;
    private final List<Replica> all;

    /**
     * @param kubeconfig of the API server at {@code target} itself
     * @param restarted hears of each start but the first
     */
    Replicas(
            URI target,
            String kubeconfig,
            Path folder,
            FaultProxy.Faults faults,
            ScheduledExecutorService work,
            Runnable restarted)
            throws Exception {
        this.clock = new OperatorClock(folder);
        this.all = List.of(
                new Replica("one", target, kubeconfig, folder, faults),
                new Replica("two", target, kubeconfig, folder, faults));
        for (Replica replica : all) {
            replica.with("JAVA_TOOL_OPTIONS", clock.agent()).start();
            var unused = work.scheduleWithFixedDelay(
                    () -> {
                        if (replica.keepAlive()) {
                            restarted.run();
                        }
                    },
                    POLL_MILLIS,
                    POLL_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    /** @param ahead seconds that the operators' clocks are ahead */
    void moveClocks(int ahead) {
        clock.set(ahead);
    }

    /** Its next process goes on under the same lease, unless that runs out first. @return whether there was a leader */
    boolean killLeader() {
        Optional<Replica> leader = leader();
        leader.ifPresent(Replica::kill);
        return leader.isPresent();
    }

    /** The leader dies and stays dead until the other leads. @return whether there was a leader */
    synchronized boolean failOver() {
        Optional<Replica> leader = leader();
        leader.ifPresent(killed -> killed.killUntil(() -> Awaitility.await("the other replica leads")
                .atMost(FaultsIT.PATIENCE)
                .until(() -> leader().isPresent())));
        return leader.isPresent();
    }

    /** The leader is cut off from the API server until it has stepped down. @return whether there was a leader */
    synchronized boolean cutOffLeader() {
        Optional<Replica> leader = leader();
        leader.ifPresent(Replica::cutOff);
        return leader.isPresent();
    }

    /** @return whether both are there and one leads */
    boolean settled() {
        return all.stream().allMatch(Replica::ready)
                && all.stream().filter(Replica::leads).count() == 1;
    }

    private Optional<Replica> leader() {
        return all.stream().filter(Replica::leads).findFirst();
    }

    List<String> errors() throws IOException {
        List<String> errors = new ArrayList<>();
        for (Replica replica : all) {
            errors.addAll(replica.errors());
        }
        return errors;
    }

    @Override
    public void close() {
        all.forEach(Replica::close);
    }
}
