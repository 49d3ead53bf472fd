// Topics, their configs and the cluster, through the Admin client.

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

final class TopicVerbs {
    private final Admin admin;

    TopicVerbs(Admin admin) {
        this.admin = admin;
    }

    void register(Map<String, Probe.Verb> verbs) {
        verbs.put("describeCluster", this::describeCluster);
        verbs.put("listTopics", this::listTopics);
        verbs.put("describeTopics", this::describeTopics);
        verbs.put("createTopic", this::createTopic);
        verbs.put("deleteTopic", this::deleteTopic);
        verbs.put("createPartitions", this::createPartitions);
        verbs.put("reassignPartition", this::reassignPartition);
        verbs.put("describeConfigs", this::describeConfigs);
        verbs.put("alterConfigs", this::alterConfigs);
    }

    private Object describeCluster(JsonNode arguments) throws Exception {
        var cluster = admin.describeCluster();
        return Map.of(
            "clusterId", cluster.clusterId().get(),
            "controller", cluster.controller().get().id(),
            "brokers", cluster.nodes().get().stream().map(Node::id).sorted().toList());
    }

    private Object listTopics(JsonNode arguments) throws Exception {
        return new TreeSet<>(admin.listTopics(new ListTopicsOptions().listInternal(false)).names().get());
    }

    /** An absent topic is null; any other failure of one fails all. */
    private Object describeTopics(JsonNode arguments) throws Exception {
        var names = new ArrayList<String>();
        arguments.get("names").forEach(name -> names.add(name.asText()));
        var answers = new LinkedHashMap<String, Object>();
        for (var answer : admin.describeTopics(names).topicNameValues().entrySet()) {
            try {
                answers.put(answer.getKey(), topic(answer.getValue().get()));
            } catch (ExecutionException failure) {
                if (!(failure.getCause() instanceof UnknownTopicOrPartitionException)) throw failure;
                answers.put(answer.getKey(), null);
            }
        }
        return answers;
    }

    private static Object topic(TopicDescription topic) {
        var partitions = topic.partitions().stream().map(partition -> {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("partition", partition.partition());
            // Kafka says -1 in some versions and null in others.
            fields.put("leader", partition.leader() == null || partition.leader().isEmpty() ? null : partition.leader().id());
            fields.put("replicas", partition.replicas().stream().map(Node::id).toList());
            fields.put("isr", partition.isr().stream().map(Node::id).sorted().toList());
            return fields;
        }).toList();
        return Map.of("id", topic.topicId().toString(), "isInternal", topic.isInternal(), "partitions", partitions);
    }

    private Object createTopic(JsonNode arguments) throws Exception {
        var name = arguments.get("name").asText();
        NewTopic topic;
        if (arguments.has("assignments")) {
            var assignments = new TreeMap<Integer, List<Integer>>();
            for (var replicas : arguments.get("assignments")) {
                var ids = new ArrayList<Integer>();
                replicas.forEach(id -> ids.add(id.asInt()));
                assignments.put(assignments.size(), ids);
            }
            topic = new NewTopic(name, assignments);
        } else {
            topic = new NewTopic(
                name,
                Optional.ofNullable(arguments.get("partitions")).map(JsonNode::asInt),
                Optional.ofNullable(arguments.get("replicationFactor")).map(factor -> (short) factor.asInt()));
        }
        if (arguments.has("configs")) topic.configs(strings(arguments.get("configs")));
        return Map.of("id", admin.createTopics(List.of(topic)).topicId(name).get().toString());
    }

    private Object deleteTopic(JsonNode arguments) throws Exception {
        admin.deleteTopics(List.of(arguments.get("name").asText())).all().get();
        return null;
    }

    private Object createPartitions(JsonNode arguments) throws Exception {
        var growth = NewPartitions.increaseTo(arguments.get("count").asInt());
        admin.createPartitions(Map.of(arguments.get("name").asText(), growth)).all().get();
        return null;
    }

    /** Begins to move a partition, or, without {@code replicas}, takes a movement back. */
    private Object reassignPartition(JsonNode arguments) throws Exception {
        var partition = new TopicPartition(arguments.get("topic").asText(), arguments.get("partition").asInt());
        Optional<NewPartitionReassignment> target = Optional.empty();
        if (arguments.has("replicas")) {
            var replicas = new ArrayList<Integer>();
            arguments.get("replicas").forEach(id -> replicas.add(id.asInt()));
            target = Optional.of(new NewPartitionReassignment(replicas));
        }
        admin.alterPartitionReassignments(Map.of(partition, target)).all().get();
        return null;
    }

    private Object describeConfigs(JsonNode arguments) throws Exception {
        var resource = resource(arguments);
        var options = new DescribeConfigsOptions().includeSynonyms(true);
        var config = admin.describeConfigs(List.of(resource), options).all().get().get(resource);
        return config.entries().stream().map(TopicVerbs::entry).toList();
    }

    private static Object entry(ConfigEntry entry) {
        var synonyms = entry.synonyms().stream().map(synonym -> {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("name", synonym.name());
            fields.put("value", synonym.value());
            fields.put("source", synonym.source().name());
            return fields;
        }).toList();
        var fields = new LinkedHashMap<String, Object>();
        fields.put("name", entry.name());
        fields.put("value", entry.value());
        fields.put("source", entry.source().name());
        fields.put("isSensitive", entry.isSensitive());
        fields.put("isReadOnly", entry.isReadOnly());
        fields.put("synonyms", synonyms);
        return fields;
    }

    /** Incremental: keys named in neither {@code set} nor {@code unset} are left alone. */
    private Object alterConfigs(JsonNode arguments) throws Exception {
        var operations = new ArrayList<AlterConfigOp>();
        if (arguments.has("set")) {
            strings(arguments.get("set")).forEach((key, value) ->
                operations.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
        }
        if (arguments.has("unset")) {
            arguments.get("unset").forEach(key ->
                operations.add(new AlterConfigOp(new ConfigEntry(key.asText(), null), AlterConfigOp.OpType.DELETE)));
        }
        admin.incrementalAlterConfigs(Map.of(resource(arguments), operations)).all().get();
        return null;
    }

    private static ConfigResource resource(JsonNode arguments) {
        var type = ConfigResource.Type.valueOf(arguments.get("type").asText().toUpperCase());
        return new ConfigResource(type, arguments.get("name").asText());
    }

    private static Map<String, String> strings(JsonNode object) {
        var strings = new HashMap<String, String>();
        object.fields().forEachRemaining(field -> strings.put(field.getKey(), field.getValue().asText()));
        return strings;
    }
}
