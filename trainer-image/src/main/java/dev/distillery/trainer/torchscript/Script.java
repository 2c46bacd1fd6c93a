package dev.distillery.trainer.torchscript;

import java.math.BigDecimal;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.IntStream;

/** The text of one TorchScript method, statement by statement. */
public final class Script {
    private final StringBuilder body = new StringBuilder();
    private final String signature;
    private int variables;

    /**
     * @param arguments e.g. {@code "x: Tensor"}
     * @param result the method's type, e.g. {@code Tensor}
     */
    public Script(String method, List<String> arguments, String result) {
        StringJoiner joined =
                new StringJoiner(",\n    ", "  def " + method + "(self: __torch__.M,\n    ", ") -> " + result + ":\n");
        arguments.forEach(joined::add);
        this.signature = joined.toString();
    }

    /** Assigns to a new variable and returns its name. */
    public String let(String expression) {
        String name = "v" + variables++;
        statement(name + " = " + expression);
        return name;
    }

    /** Assigns an expression with {@code count} results and returns their names. */
    public List<String> letAll(int count, String expression) {
        List<String> names =
                IntStream.range(0, count).mapToObj(i -> "v" + variables++).toList();
        statement(String.join(", ", names) + " = " + expression);
        return names;
    }

    public void statement(String statement) {
        body.append("    ").append(statement).append('\n');
    }

    /** @return the finished method */
    public String returning(String expression) {
        return signature + body + "    return " + expression + "\n";
    }

    /** @return the value as a literal that TorchScript reads back exactly */
    public static String literal(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("no literal for " + value);
        }
        String plain = new BigDecimal(Double.toString(value)).toPlainString();
        return plain.contains(".") ? plain : plain + ".";
    }

    /** @return {@code [value, value]}, as sizes of two-dimensional operations are written */
    public static String pair(int value) {
        return "[" + value + ", " + value + "]";
    }
}
