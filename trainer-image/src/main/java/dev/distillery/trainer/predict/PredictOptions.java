package dev.distillery.trainer.predict;

import dev.distillery.report.ExitCode;
import dev.distillery.trainer.TrainerException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The command line of {@code predict}, parsed.
 *
 * @param top classes per picture, at least 1
 * @param json whether to print JSON rather than a table
 * @param help whether to print the usage and do nothing
 */
record PredictOptions(String model, List<String> images, int top, boolean json, boolean help) {
    static final String USAGE =
            """
            Usage: predict MODEL IMAGE... [--top K] [--output table|json] [--help]

              MODEL           a model.onnx, a version's folder, or a model's folder (its latest version is taken)
              IMAGE           pictures: PNG, JPEG, GIF or BMP; scaled to the model's size, transparency becomes white
              --top K         classes per picture, most likely first (default 3)
              --output FORM   table (default) or json
              --help          print this

            Pictures must look as those that the model was trained on: Fashion-MNIST, for example, is light on dark.
            """;

    private static final int DEFAULT_TOP = 3;

    /** @throws TrainerException USAGE for an unknown option, a bad value or a missing argument */
    static PredictOptions parse(List<String> arguments) {
        List<String> positional = new ArrayList<>();
        int top = DEFAULT_TOP;
        boolean json = false;
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
            String option = equals < 0 ? argument : argument.substring(0, equals);
            switch (option) {
                case "--help", "-h" -> {
                    return new PredictOptions(null, List.of(), top, json, true);
                }
                case "--top" -> top = top(value(argument, equals, rest));
                case "--output" -> json = json(value(argument, equals, rest));
                case "--" -> rest.forEachRemaining(positional::add);
                default -> {
                    if (option.startsWith("-") && option.length() > 1) {
                        throw usage("got unknown option " + option + ", expected --top, --output or --help");
                    }
                    positional.add(argument);
                }
            }
        }
        if (positional.size() < 2) {
            throw usage("got " + (positional.isEmpty() ? "nothing" : "no picture") + ", expected a model and pictures");
        }
        return new PredictOptions(
                positional.get(0), List.copyOf(positional.subList(1, positional.size())), top, json, false);
    }

    private static String value(String argument, int equals, Iterator<String> rest) {
        if (equals >= 0) {
            return argument.substring(equals + 1);
        }
        if (!rest.hasNext()) {
            throw usage("got " + argument + " without a value");
        }
        return rest.next();
    }

    private static int top(String value) {
        if (!value.matches("[1-9][0-9]{0,8}")) {
            throw usage("--top: got " + value + ", expected a whole number of at least 1");
        }
        return Integer.parseInt(value);
    }

    private static boolean json(String value) {
        return switch (value) {
            case "json" -> true;
            case "table" -> false;
            default -> throw usage("--output: got " + value + ", expected table or json");
        };
    }

    private static TrainerException usage(String problem) {
        return new TrainerException(ExitCode.USAGE, problem + "; see predict --help");
    }
}
