package dev.distillery.serving.protocol;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Locale;

/** A JSON document as it streams by, with messages that say where something else was expected. */
final class JsonFields {
    private final JsonParser json;

    JsonFields(JsonParser json) {
        this.json = json;
    }

    JsonParser parser() {
        return json;
    }

    /** What is done with the value of a field, at which the parser stands; it must go over all of it. */
    interface Field {
        void read(String name) throws IOException, BadRequestException;
    }

    /** What is done with an element of an array, at which the parser stands. */
    interface Element {
        void read(int index) throws IOException, BadRequestException;
    }

    void object(String where, Field field) throws IOException, BadRequestException {
        require(JsonToken.START_OBJECT, where, "an object");
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            json.nextToken();
            field.read(name);
        }
    }

    void array(String where, Element element) throws IOException, BadRequestException {
        require(JsonToken.START_ARRAY, where, "an array");
        for (int i = 0; json.nextToken() != JsonToken.END_ARRAY; i++) {
            element.read(i);
        }
    }

    String text(String where) throws IOException, BadRequestException {
        require(JsonToken.VALUE_STRING, where, "a string");
        return json.getText();
    }

    boolean flag(String where) throws IOException, BadRequestException {
        if (!json.currentToken().isBoolean()) {
            throw new BadRequestException(where, got(), "true or false");
        }
        return json.getBooleanValue();
    }

    /** @return a whole number, not negative */
    long size(String where, String expected) throws IOException, BadRequestException {
        boolean number = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                && json.getLongValue() >= 0;
        if (!number) {
            throw new BadRequestException(where, got(), expected);
        }
        return json.getLongValue();
    }

    void skip() throws IOException {
        json.skipChildren();
    }

    /**
     * Goes over a parameter that this server does not know. Parameters are open to all kinds of servers; those that say
     * where values lie or what they mean must not be ignored.
     */
    void skipParameter(String where, String name) throws IOException, BadRequestException {
        if (name.startsWith("shared_memory") || name.equals("classification")) {
            throw new BadRequestException(
                    where, "the parameter " + name, "values in the request; POST /classify names classes");
        }
        json.skipChildren();
    }

    private void require(JsonToken token, String where, String expected) throws IOException, BadRequestException {
        if (json.currentToken() != token) {
            throw new BadRequestException(where, got(), expected);
        }
    }

    /** @return what stands there, for a message */
    String got() throws IOException {
        JsonToken token = json.currentToken();
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "\"" + shortened(json.getText()) + "\"";
            default -> shortened(json.getText()).toLowerCase(Locale.ROOT);
        };
    }

    private static String shortened(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }
}
