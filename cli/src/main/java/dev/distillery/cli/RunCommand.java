package dev.distillery.cli;

import dev.distillery.recipe.RecipeException;
import dev.distillery.recipe.TrainingRecipeNames;
import dev.distillery.report.ExitCode;
import dev.distillery.status.TrainingRecipeStatus;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "run",
        description = {
            "Trains, checks and publishes what a recipe describes, on this machine.",
            "Starts an embedded cluster and the operator, applies the recipe, follows it to its end, and stops both."
        })
final class RunCommand implements Callable<Integer> {
    private static final String FIELD_MANAGER = "distillery-cli";
    private static final String DEFAULT_DESTINATION = "out/models";

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "RECIPE", description = "A TrainingRecipe in YAML.")
    private Path recipe;

    @Option(
            names = "--destination",
            paramLabel = "PLACE",
            description = "Model repository that the student is published to: a folder, s3://bucket/prefix or"
                    + " oci://registry/repository, with the credentials of this environment. Default: what the recipe"
                    + " says, else out/models.")
    private String destination;

    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "text or json: one object on standard output at the end, progress on standard error.")
    private OutputFormat output;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            defaultValue = "out/.distillery",
            description = "Logs, and trained teachers, which are found again by the next run.")
    private Path state;

    @Option(
            names = "--signing-key",
            paramLabel = "FILE",
            description = {
                "Private key that signs the published version, as cosign generate-key-pair makes it.",
                "An encrypted key's password is taken from the environment, COSIGN_PASSWORD."
            })
    private Path signingKey;

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            converter = FieldOverride.Converter.class,
            showDefaultValue = Visibility.NEVER,
            description = "Overrides a field of the recipe, e.g. spec.training.seed=2; may be given again and again.")
    private List<FieldOverride> overrides = new ArrayList<>();

    private boolean printed;

    @Override
    public Integer call() throws InterruptedException {
        try {
            return run().code();
        } catch (Failure failure) {
            printJson(RunOutcome.of(failure));
            throw failure;
        } catch (RuntimeException e) {
            printJson(RunOutcome.of(new Failure(ExitCode.INTERNAL_ERROR, e.toString(), e)));
            throw e;
        }
    }

    private ExitCode run() throws InterruptedException {
        Instant started = Instant.now();
        RecipeFile file = load();
        if (signingKey != null) {
            // Before anything starts.
            SigningSecret.of(file.document().namespace(), signingKey, System.getenv());
        }
        Installation installation = Installation.ofEnvironment(System.getenv());
        Terminal terminal = Terminal.ofEnvironment(System.getenv());
        Machine machine = Machine.here();
        StateDirectory directory = StateDirectory.lock(state);
        try (LocalCluster cluster = new LocalCluster(directory, this::reportInterruption)) {
            Path claims = directory.claims(file.document().namespace());
            Preflight preflight = new Preflight(file.document().spec(), machine, claims);
            List<Finding> findings = preflight.findings();
            if (!findings.isEmpty()) {
                throw Finding.failure(recipe.toString(), findings);
            }
            ProgressView view = view(terminal);
            preflight
                    .warnings()
                    .forEach(warning -> command.commandLine().getErr().println("warning: " + warning));
            TrainingRecipeStatus last;
            try {
                view.note("starting the embedded cluster and the operator");
                cluster.start(installation, machine, 0);
                last = follow(cluster, file, view);
            } catch (RuntimeException e) {
                throw cluster.explained(e);
            } finally {
                view.end();
            }
            RunOutcome outcome = RunOutcome.of(last, claims);
            if (outcome.succeeded()) {
                printSuccess(last, outcome, Duration.between(started, Instant.now()), terminal);
            } else {
                LogFile log = LogFile.newestPod(directory.pods(file.document().namespace()), started)
                        .orElse(new LogFile(directory.operatorLog()));
                PrintWriter err = command.commandLine().getErr();
                err.println("error: " + outcome.reason() + ": " + outcome.message());
                err.println(log.excerpt());
            }
            printJson(outcome);
            return outcome.exitCode();
        }
    }

    private RecipeFile load() {
        try {
            List<FieldOverride> all = new ArrayList<>(overrides);
            if (signingKey != null) {
                all.add(SigningSecret.RECIPE_FIELD);
            }
            return RecipeFile.load(recipe, all, destination, DEFAULT_DESTINATION);
        } catch (RecipeException e) {
            throw Finding.failure(recipe.toString(), Finding.invalidRecipe(e.violations()));
        }
    }

    private TrainingRecipeStatus follow(LocalCluster cluster, RecipeFile file, ProgressView view)
            throws InterruptedException {
        String namespace = file.document().namespace();
        KubernetesClient client = cluster.client();
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
        if (signingKey != null) {
            client.resource(SigningSecret.of(namespace, signingKey, System.getenv()))
                    .fieldManager(FIELD_MANAGER)
                    .forceConflicts()
                    .serverSideApply();
        }
        RecipeClaims.of(namespace, file.document().spec()).forEach(claim -> client.resource(claim)
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply());
        client.genericKubernetesResources(TrainingRecipeNames.API_VERSION, TrainingRecipeNames.KIND)
                .inNamespace(namespace)
                .resource(client.getKubernetesSerialization()
                        .convertValue(file.applied(), GenericKubernetesResource.class))
                .fieldManager(FIELD_MANAGER)
                .forceConflicts()
                .serverSideApply();
        try (RecipeFollower follower =
                new RecipeFollower(client, namespace, file.document().name())) {
            TrainingRecipeStatus last = follower.untilDone(cluster.operator().onExit(), view);
            if (last == null) {
                throw cluster.operator().ended();
            }
            return last;
        }
    }

    private ProgressView view(Terminal terminal) {
        boolean json = output == OutputFormat.json;
        PrintWriter writer =
                json ? command.commandLine().getErr() : command.commandLine().getOut();
        boolean draws = json ? terminal.err() : terminal.out();
        return draws ? new TerminalProgress(writer, terminal.columns()) : new PlainProgress(writer);
    }

    private void printSuccess(TrainingRecipeStatus last, RunOutcome outcome, Duration used, Terminal terminal) {
        if (output == OutputFormat.text) {
            command.commandLine().getOut().println(ResultTable.render(last.result(), outcome, used, terminal.ansi()));
        }
    }

    private void reportInterruption() {
        printJson(RunOutcome.of(new Failure(ExitCode.INTERRUPTED, "stopped on request; everything is stopped")));
    }

    /** Once, whoever comes first: the run's end or the signal that ends it. The other waits until it is printed. */
    private synchronized void printJson(RunOutcome outcome) {
        if (output == OutputFormat.json && !printed) {
            printed = true;
            command.commandLine().getOut().println(outcome.json());
        }
    }
}
