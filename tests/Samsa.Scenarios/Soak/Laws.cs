namespace Samsa.Scenarios.Soak;

/// <summary>What must be so at the end of a round, when a stranger has read the whole topic.</summary>
static class Laws
{
    public const string Lost = "what was reported as persisted is there";
    public const string Doubled = "nothing is there twice";
    public const string Moved = "a record is at its reported offset";
    public const string Ordered = "the records of a writer are in order";
    public const string Denied = "what was reported as not persisted is absent";
    public const string Silent = "every record is reported";
    public const string Invented = "every record was written by somebody";
    public const string Misread = "a reader saw exactly the log";

    /// <summary>Compares what was reported with what is in the log.</summary>
    public static IReadOnlyList<Account> Settle(IReadOnlyList<Ledger> ledgers, TopicLog log, Facts facts)
    {
        Account[] accounts = [.. ledgers.Select(ledger => new Account(ledger, facts))];
        for (var partition = 0; partition < log.Partitions; partition++)
        {
            var records = log[partition];
            foreach (var account in accounts) account.EnterPartition();
            for (var offset = 0; offset < records.Length; offset++)
            {
                if (accounts.FirstOrDefault(one => one.Wrote(records[offset])) is { } account) account.Found(records[offset].Number, partition, offset);
                else facts.Add(Invented, $"{records[offset]} at {partition}@{offset}");
            }
        }

        foreach (var account in accounts) account.Close();
        return accounts;
    }

    /// <summary>Compares what a reader saw with what is in the log.</summary>
    public static void Compare(TopicLog reader, TopicLog log, Facts facts)
    {
        for (var partition = 0; partition < Math.Max(log.Partitions, reader.Partitions); partition++)
        {
            var (saw, there) = (reader[partition], log[partition]);
            var same = saw.AsSpan().CommonPrefixLength(there);
            if (same == saw.Length && same == there.Length) continue;
            facts.Add(Misread, $"{reader.Reader} saw {saw.Length} records of partition {partition}, there are {there.Length}; "
                + $"at {partition}@{same} it saw {At(saw, same)}, there is {At(there, same)}");
        }

        static string At(Mark[] records, int offset) => offset < records.Length ? $"{records[offset]}" : "nothing";
    }
}
