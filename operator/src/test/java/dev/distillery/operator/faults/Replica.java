package dev.distillery.operator.faults;

import dev.distillery.operator.KubernetesUnderTest;
import dev.distillery.operator.OperatorUnderTest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;

/** One of the operators, each process behind a {@link FaultProxy} of its own: killed, cut off, and started again as kubelet does. */
final class Replica implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(Replica.class.getName());

    private final String name;
    private final URI target;
    private final String kubeconfig;
    private final Path proxied;
    private final FaultProxy.Faults faults;
    private final OperatorUnderTest operator;
    private volatile FaultProxy proxy;
    private volatile boolean away;

    /** @param kubeconfig of the API server at {@code target} itself */
    Replica(String name, URI target, String kubeconfig, Path folder, FaultProxy.Faults faults) throws IOException {
        this.name = name;
        this.target = target;
        this.kubeconfig = kubeconfig;
        this.proxied = folder.resolve("kubeconfig-" + name);
        this.faults = faults;
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

    void start() throws Exception {
        if (proxy != null) {
            proxy.close();
        }
        proxy = new FaultProxy(target, operator::kill, faults);
        Files.writeString(
                proxied,
                kubeconfig.replaceAll(
                        "server: \"[^\"]+\", certificate-authority: \"[^\"]+\"", "server: \"" + proxy.url() + "\""));
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
        proxy.cutOff();
        try {
            Awaitility.await(name + ", cut off from the API server, steps down")
                    .atMost(FaultsIT.PATIENCE)
                    .until(() -> !operator.isAlive());
        } finally {
            away = false;
        }
    }

    boolean leads() {
        return operator.isAlive() && proxy.tookLease();
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
    public void close() {
        operator.close();
        if (proxy != null) {
            proxy.close();
        }
    }
}
