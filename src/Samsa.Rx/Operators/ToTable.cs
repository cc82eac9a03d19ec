namespace Samsa.Rx;

public static partial class KafkaObservable
{
    /// <summary>Reads a topic, and keeps the latest value of each key.</summary>
    /// <inheritdoc cref="ToTable{TKey, TValue}(IObservable{CatchUp{KafkaRecord}}, Func{KafkaRecord, TKey}, Func{KafkaRecord, TValue}, TableOptions{TKey})" path="/remarks"/>
    /// <typeparam name="TKey">The keys.</typeparam>
    /// <typeparam name="TValue">Their values.</typeparam>
    /// <param name="topic">The topic.</param>
    /// <param name="key">The key of a record, which has one.</param>
    /// <param name="value">The value of a record, which has one.</param>
    /// <param name="options">How the table is kept; null for the defaults.</param>
    /// <param name="consume">What is read and how; null for <see cref="KafkaOptions.Consume"/> of the client.</param>
    /// <returns>The table, which is being read.</returns>
    public static ITopicTable<TKey, TValue> ToTable<TKey, TValue>(
        this Topic topic, Func<KafkaRecord, TKey> key, Func<KafkaRecord, TValue> value, TableOptions<TKey>? options = null,
        ConsumeOptions? consume = null)
        where TKey : notnull =>
        topic.WithCatchUp(consume).ToTable(key, value, options);

    /// <summary>Keeps the latest value of each key.</summary>
    /// <remarks>
    /// <code>
    /// source   -a-b-A-x--c|      a, A: k1 = 1, 2   b: k2 = 1   x: k2 is deleted   c: k3 = 1
    /// changes  -a-a-u-r--a|      add, add, update, remove, add
    /// </code>
    /// <para>A record without a value deletes its key; a record without a key says nothing. What <paramref name="key"/> or
    /// <paramref name="value"/> throws ends the reading with that error.</para>
    /// <para>Temperature: hot; the source is subscribed to at once. Its streams are told what is there first, or only what changes, as they say.</para>
    /// <para>Scheduler: <see cref="TableOptions{TKey}.Scheduler"/> tells the observers.</para>
    /// <para>Buffer: for each observer the latest change of each key. <see cref="TableOptions{TKey}.MaxKeys"/> is the bound of all.</para>
    /// <para>Acknowledgement: when the table has taken the record over.</para>
    /// <para>Marble: <c>marbles/to-table.marble</c></para>
    /// </remarks>
    /// <typeparam name="TKey">The keys.</typeparam>
    /// <typeparam name="TValue">Their values.</typeparam>
    /// <param name="source">The records, and the moment when it has caught up.</param>
    /// <param name="key">The key of a record, which has one.</param>
    /// <param name="value">The value of a record, which has one.</param>
    /// <param name="options">How the table is kept; null for the defaults.</param>
    /// <returns>The table, which is being read.</returns>
    public static ITopicTable<TKey, TValue> ToTable<TKey, TValue>(
        this IObservable<CatchUp<KafkaRecord>> source, Func<KafkaRecord, TKey> key, Func<KafkaRecord, TValue> value,
        TableOptions<TKey>? options = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        return new TopicTable<TKey, TValue>(key, value, options ?? new()).Start(source);
    }
}
