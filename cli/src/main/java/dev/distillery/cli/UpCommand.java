package dev.distillery.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "up",
        description = {
            "Runs an embedded cluster with the operator until Ctrl-C, for kubectl and other clients.",
            "A development subset of Kubernetes on loopback: objects live in memory, pods are local processes."
        })
final class UpCommand implements Callable<Integer> {
    @Spec
    private CommandSpec command;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Of the API server; 0 takes a free one.")
    private int port;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            defaultValue = "out/.distillery",
            description = "Kubeconfig, logs, and the data of volume claims.")
    private Path state;

    @Override
    public Integer call() throws InterruptedException, ExecutionException {
        ServeCommand.requirePort(port);
        Installation installation = Installation.ofEnvironment(System.getenv());
        StateDirectory directory = StateDirectory.lock(state);
        try (LocalCluster cluster = new LocalCluster(directory, () -> {})) {
            try {
                cluster.start(installation, Machine.here(), port);
                explain(cluster.kubeconfig(), directory);
                cluster.operator().onExit().get();
                throw cluster.operator().ended();
            } catch (RuntimeException e) {
                throw cluster.explained(e);
            }
        }
    }

    private void explain(Path kubeconfig, StateDirectory directory) {
        PrintWriter out = command.commandLine().getOut();
        out.println("export KUBECONFIG=" + quoted(kubeconfig));
        out.println();
        out.println("# in another shell, with the line above:");
        out.println("#   kubectl get trainingrecipes -w");
        out.println(
                "#   kubectl apply -f RECIPE      file: and pvc: URIs only; ./distillery run resolves relative ones");
        out.println("#   kubectl describe trainingrecipe NAME");
        out.println("#   kubectl get events,jobs,pods");
        out.println("# claims:   pvc://CLAIM/path is " + directory.claims("default") + "/CLAIM/path;");
        out.println("#           as in any cluster, the PersistentVolumeClaim is yours to make");
        out.println("# operator: " + directory.operatorLog());
        out.println("# Ctrl-C stops everything.");
    }

    /** @return a path as one word of a shell */
    static String quoted(Path path) {
        String text = path.toString();
        return text.matches("[\\w./@%+:,-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
