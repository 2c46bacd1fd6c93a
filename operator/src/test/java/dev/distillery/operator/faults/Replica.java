package dev.distillery.operator.faults;

import dev.distillery.operator.KubernetesUnderTest;
import dev.distillery.operator.OperatorUnderTest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;

/** One of the operators, behind a {@link FaultProxy} of its own: killed, cut off, and started again as kubelet does. */
final class Replica implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Replica.class.getName());

    private final String name;
    private final FaultProxy proxy;
    private final OperatorUnderTest operator;
    private volatile boolean tookLease;
    private volatile boolean away;

    /** @param kubeconfig of the API server at {@code target} itself */
    Replica(String name, URI target, String kubeconfig, Path folder, FaultProxy.Faults faults) throws Exception {
        this.name = name;
        this.proxy = new FaultProxy(target, this, faults);
        Path proxied = folder.resolve("kubeconfig-" + name);
        Files.writeString(
                proxied,
                kubeconfig.replaceAll(
                        "server: \"[^\"]+\", certificate-authority: \"[^\"]+\"", "server: \"" + proxy.url() + "\""));
        this.operator = new OperatorUnderTest(name, proxied, folder.resolve(name + ".log"))
                .with("DISTILLERY_TRAINER_IMAGE", KubernetesUnderTest.FAULTY_TRAINER_IMAGE)
                .with("DISTILLERY_LEADER_ELECTION_LEASE_DURATION", "PT6S")
                .with("DISTILLERY_LEADER_ELECTION_RENEW_DEADLINE", "PT4S")
                .with("DISTILLERY_LEADER_ELECTION_RETRY_PERIOD", "PT1S");
    }

    Replica with(String variable, String value) {
        operator.with(variable, value);
        return this;
    }

    void start() throws IOException {
        proxy.hangUp();
        tookLease = false;
        operator.start();
    }

    /** @return whether it had to be started */
    boolean keepAlive() {
        if (away || operator.isAlive()) {
            return false;
        }
        try {
            start();
        } catch (AssertionError | Exception e) {
            LOG.log(System.Logger.Level.INFO, name + " does not start yet: " + e.getMessage());
        }
        return true;
    }

    void kill() {
        operator.kill();
    }

    /** Dead until then, as one whose node fails. */
    void killUntil(Runnable awaited) {
        away = true;
        try {
            kill();
            awaited.run();
        } finally {
            away = false;
        }
    }

    /** No packet gets through until the process has ended itself. */
    void cutOff() {
        away = true;
        proxy.cutOff(true);
        try {
            Awaitility.await(name + ", cut off from the API server, steps down")
                    .atMost(FaultsIT.PATIENCE)
                    .until(() -> !operator.isAlive());
        } finally {
            proxy.cutOff(false);
            away = false;
        }
    }

    /** Told by the proxy before the operator hears of it. */
    void takesLease() {
        tookLease = true;
    }

    /** @return whether this process, not an earlier one of its name, has ever had the lease */
    boolean tookLease() {
        return tookLease;
    }

    boolean leads() {
        return tookLease && operator.isAlive();
    }

    boolean ready() {
        try {
            return operator.isAlive() && operator.get("/q/health/ready") == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    List<String> errors() throws IOException {
        return operator.errors();
    }

    @Override
    public String toString() {
        return "replica " + name;
    }

    @Override
    public void close() {
        operator.close();
        proxy.close();
    }
}
