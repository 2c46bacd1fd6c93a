package dev.distillery.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.distillery.report.ExitCode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "validate",
        description = {
            "Checks recipes without training: schema, cross-field rules, data files.",
            "Prints every violation at once, or ok and the key values that the recipe resolves to."
        })
final class ValidateCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec
    private CommandSpec command;

    @Parameters(paramLabel = "RECIPE", arity = "1..*", description = "TrainingRecipes in YAML.")
    private List<Path> recipes;

    @Option(
            names = "--set",
            paramLabel = "PATH=VALUE",
            converter = FieldOverride.Converter.class,
            showDefaultValue = Visibility.NEVER,
            description = "Overrides a field of each recipe, e.g. spec.training.seed=2; may be given again and again.")
    private List<FieldOverride> overrides = new ArrayList<>();

    @Option(names = "--output", paramLabel = "FORMAT", defaultValue = "text", description = "text or json.")
    private OutputFormat output;

    @Override
    public Integer call() throws JsonProcessingException {
        List<Verdict> verdicts =
                recipes.stream().map(recipe -> Verdict.of(recipe, overrides)).toList();
        PrintWriter out = command.commandLine().getOut();
        if (output == OutputFormat.json) {
            out.println(JSON.writeValueAsString(Map.of("recipes", verdicts)));
        } else {
            verdicts.forEach(
                    verdict -> (verdict.valid() ? out : command.commandLine().getErr()).println(verdict.text()));
        }
        return verdicts.stream()
                .map(Verdict::code)
                .filter(code -> code != ExitCode.SUCCEEDED)
                .findFirst()
                .orElse(ExitCode.SUCCEEDED)
                .code();
    }
}
